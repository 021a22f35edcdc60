from tests.strangers.people import photo, superuser

from .models import Photo, Product


def seed(content: bytes) -> None:
    superuser()
    mug = Product.objects.create(sku="MUG-0815")
    Photo.objects.create(product=mug, image=photo(content))
