"""A shop that keeps its pictures in django-filer, some for all and some for a few."""

import tempfile
from pathlib import Path

from tests.settings import (  # noqa: F401
    ALLOWED_HOSTS,
    DATABASES,
    DEBUG,
    DEFAULT_AUTO_FIELD,
    MEDIA_ROOT,
    MEDIA_URL,
    MIDDLEWARE,
    PASSWORD_HASHERS,
    SECRET_KEY,
    STATIC_URL,
    STORAGES,
    TEMPLATES,
    USE_TZ,
)

ROOT_URLCONF = "tests.contrib.filer.urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "easy_thumbnails",
    "filer",
    "tests.contrib.filer.apps.LibraryConfig",
    "django_product_isolation",
    "django_product_isolation.contrib.filer",
]
PRIVATE = Path(tempfile.gettempdir()) / "product-isolation-private"
FILER_ENABLE_PERMISSIONS = True
FILER_STORAGES = {
    "private": {
        kind: {
            "ENGINE": "filer.storage.PrivateFileSystemStorage",
            "OPTIONS": {"location": str(PRIVATE / kind), "base_url": f"/private/{kind}/"},
        }
        for kind in ("main", "thumbnails")
    }
}
THUMBNAIL_PROCESSORS = (
    "easy_thumbnails.processors.colorspace",
    "easy_thumbnails.processors.autocrop",
    "filer.thumbnail_processors.scale_and_crop_with_subject_location",
    "easy_thumbnails.processors.filters",
)
PRODUCT_ISOLATION = {
    "API_KEY": "rf_live_for_tests",
    "IMAGES": {"filer.Image": {"field": "file", "product": "mugs"}},
    "ASPECT_RATIO": "21:9",  # the smallest result that there is
    "WORKERS": "embedded",
}
