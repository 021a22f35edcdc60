"""An admin that asks for a second factor, by django-otp."""

from tests.strangers.base import *  # noqa: F403
from tests.strangers.base import INSTALLED_APPS, MIDDLEWARE, isolation

ROOT_URLCONF = "tests.strangers.second_factor.urls"
INSTALLED_APPS = [
    *INSTALLED_APPS,
    "django_otp",
    "django_otp.plugins.otp_static",
    "tests.strangers.second_factor",
]
MIDDLEWARE = [*MIDDLEWARE, "django_otp.middleware.OTPMiddleware"]
PRODUCT_ISOLATION = isolation("second_factor.Photo")
