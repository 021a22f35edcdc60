"""S3 as django-storages sets it up by itself, and files called after the article."""

from tests.strangers.base import *  # noqa: F403
from tests.strangers.base import INSTALLED_APPS, isolation
from tests.strangers.bucket import STORAGE

INSTALLED_APPS = [*INSTALLED_APPS, "tests.strangers.sku"]
STORAGES = {
    "default": STORAGE,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PRODUCT_ISOLATION = isolation("sku.Photo")
