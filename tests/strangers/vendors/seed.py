from tests.strangers.people import photo, staff

from .models import Photo, Product


def seed(content: bytes) -> None:
    for name in ("owner", "rival"):
        vendor = staff(name, "change_photo", "view_photo", "view_isolationrun")
        product = Product.objects.create(name=f"Mug of {name}", vendor=vendor)
        Photo.objects.create(product=product, image=photo(content))
