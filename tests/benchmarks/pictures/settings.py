"""As on a server. FOLDER holds all its files, BUCKET is the address of an S3 server over them."""

import os
from pathlib import Path

from tests.benchmarks.settings import *  # noqa: F403

FOLDER = Path(os.environ["FOLDER"])
READY = FOLDER / "ready"  # ready-made small pictures
BUCKET_NAME = "media"

DEBUG = False
ROOT_URLCONF = "tests.benchmarks.pictures.urls"
MEDIA_ROOT = FOLDER / BUCKET_NAME
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "product_isolation_previews": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": FOLDER / "previews",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}
PRODUCT_ISOLATION = {
    **PRODUCT_ISOLATION,  # noqa: F405
    "PREVIEWS": "django_product_isolation.host.previews.CachePreviews",
}
if os.environ.get("BUCKET"):
    STORAGES["default"] = {  # noqa: F405
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": BUCKET_NAME,
            "endpoint_url": os.environ["BUCKET"],
            "access_key": "key-of-the-shop",
            "secret_key": "secret-of-the-shop",
            "addressing_style": "path",
            "signature_version": "s3v4",
            "file_overwrite": False,
        },
    }
