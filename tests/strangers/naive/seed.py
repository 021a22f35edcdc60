from tests.strangers.people import photo, superuser

from .models import Photo, Product


def seed(content: bytes) -> None:
    superuser()
    mug = Product.objects.create(name="Enamel mug")
    Photo.objects.create(product=mug, image=photo(content))
