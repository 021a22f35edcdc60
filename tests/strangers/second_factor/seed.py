from django_otp.plugins.otp_static.models import StaticDevice

from tests.strangers.passwords import TOKEN
from tests.strangers.people import photo, superuser

from .models import Photo, Product


def seed(content: bytes) -> None:
    device = StaticDevice.objects.create(user=superuser(), name="a list on paper")
    device.token_set.create(token=TOKEN)
    mug = Product.objects.create(name="Enamel mug")
    Photo.objects.create(product=mug, image=photo(content))
