"""A shop on Wagtail as ``wagtail start`` makes one, with an image model of its own."""

from tests import settings as shop
from tests.settings import (  # noqa: F401
    ALLOWED_HOSTS,
    DATABASES,
    DEBUG,
    DEFAULT_AUTO_FIELD,
    MEDIA_ROOT,
    MEDIA_URL,
    PASSWORD_HASHERS,
    SECRET_KEY,
    STATIC_URL,
    STORAGES,
    USE_TZ,
)

ROOT_URLCONF = "tests.contrib.wagtail.urls"
WAGTAIL_SITE_NAME = "Gallery"
WAGTAILADMIN_BASE_URL = "https://shop.example"
WAGTAILIMAGES_IMAGE_MODEL = "gallery.GalleryImage"
INSTALLED_APPS = [
    "django_product_isolation",
    "django_product_isolation.contrib.wagtail",
    "wagtail.contrib.frontend_cache",
    "wagtail.snippets",
    "wagtail.users",
    "wagtail.images",
    "wagtail.documents",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "treebeard",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "tests.contrib.wagtail.apps.GalleryConfig",
]
MIDDLEWARE = shop.MIDDLEWARE
TEMPLATES = shop.TEMPLATES
CACHES = {
    name: {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    for name in ("default", "renditions")
}
# Tables made without migrations have no index for full text.
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database.fallback"}}
WAGTAILFRONTENDCACHE = {
    "default": {"BACKEND": "tests.contrib.wagtail.frontend.RememberingBackend"},
}
PRODUCT_ISOLATION = {
    "API_KEY": "rf_live_for_tests",
    "IMAGES": {
        WAGTAILIMAGES_IMAGE_MODEL: {"field": "file"},
        "gallery.ProductPage": {"field": "photo"},
        "gallery.PageView": {"field": "photo"},
        "gallery.Banner": {"field": "photo"},
    },
    "RESOLUTION": "1K",
    "WORKERS": "embedded",
}
