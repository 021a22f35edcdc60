from tests.strangers.people import photo, superuser

from .models import Photo, Product


def seed(content: bytes) -> None:
    superuser()
    for number in range(3):
        mug = Product.objects.create(name=f"Enamel mug {number}")
        Photo.objects.create(pk=1000 + number, product=mug, image=photo(content))
    Photo.objects.create(pk=2000, product=mug)  # nobody has taken a picture yet
