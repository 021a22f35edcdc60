"""A shop that has an image field of each library, as their documentations set them up."""

from tests import settings as shop
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
    USE_TZ,
)

ROOT_URLCONF = "tests.contrib.fields.urls"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "easy_thumbnails",
    "imagekit",
    "pictures",
    "sorl.thumbnail",
    "versatileimagefield",
    "tests.contrib.fields.apps.FieldsConfig",
    "django_product_isolation",
]
TEMPLATES = [
    {
        **shop.TEMPLATES[0],
        "OPTIONS": {
            **shop.TEMPLATES[0]["OPTIONS"],
            "libraries": {  # two libraries of one name
                "easy": "easy_thumbnails.templatetags.thumbnail",
                "sorl": "sorl.thumbnail.templatetags.thumbnail",
            },
        },
    }
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"
THUMBNAIL_DEBUG = True  # sorl: a thumbnail that cannot be made is an error, not an empty text
# django-pictures hands its work to Django's tasks or to Celery: nobody takes it from either.
PICTURES = {"FILE_TYPES": ["WEBP", "JPEG"], "PIXEL_DENSITIES": [1], "GRID_COLUMNS": 2}
TASKS = {
    "default": {
        "BACKEND": "django.tasks.backends.dummy.DummyBackend",
        "QUEUES": ["default", "pictures"],
    }
}

LABELS = (
    "StdImagePhoto",
    "PicturesPhoto",
    "VersatilePhoto",
    "ResizedPhoto",
    "ImagekitPhoto",
    "EasyPhoto",
    "SorlPhoto",
    "PrivatePhoto",
    "Scan",
    "Checked",
)
PRODUCT_ISOLATION = {
    "API_KEY": "rf_live_for_tests",
    "IMAGES": {f"studio.{label}": {"field": "image"} for label in LABELS},
    "ASPECT_RATIO": "21:9",  # the smallest result that there is
    "WORKERS": "embedded",
}
