from tests.strangers.people import photo, superuser

from .models import Photo, Product

NAME = ("Enamel mug, 0.35 litres, dishwasher-safe, with a blue rim and a handle; " * 4)[:240]


def seed(content: bytes) -> None:
    superuser()
    mug = Product.objects.create(name=NAME)
    Photo.objects.create(product=mug, image=photo(content))
