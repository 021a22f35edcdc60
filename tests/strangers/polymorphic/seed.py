from tests.strangers.people import photo, superuser

from .models import Product, StudioPhoto


def seed(content: bytes) -> None:
    superuser()
    mug = Product.objects.create(name="Enamel mug")
    StudioPhoto.objects.create(product=mug, image=photo(content), photographer="A. Lens")
