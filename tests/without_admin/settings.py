"""A shop without Django's admin, nor what only the admin needs: a service behind an interface."""

from tests import settings as shop
from tests.settings import (  # noqa: F401
    ALLOWED_HOSTS,
    DATABASES,
    DEBUG,
    DEFAULT_AUTO_FIELD,
    MEDIA_ROOT,
    MEDIA_URL,
    PASSWORD_HASHERS,
    PRODUCT_ISOLATION,
    SECRET_KEY,
    STORAGES,
    USE_TZ,
)

ROOT_URLCONF = "tests.without_admin.urls"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "tests.shops.catalogue",
    "django_product_isolation",
]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
TEMPLATES = [{**shop.TEMPLATES[0], "OPTIONS": {}}]
