"""A shop on django-oscar as its documentation sets one up, with three makers of thumbnails."""

import oscar
from oscar.defaults import *  # noqa: F403

from tests.settings import (  # noqa: F401
    ALLOWED_HOSTS,
    DATABASES,
    DEBUG,
    MEDIA_ROOT,
    MEDIA_URL,
    PASSWORD_HASHERS,
    SECRET_KEY,
    STATIC_URL,
    USE_TZ,
)

ROOT_URLCONF = "tests.contrib.oscar.urls"
SITE_ID = 1
INSTALLED_APPS = [
    "django_product_isolation",
    "django_product_isolation.contrib.oscar",
    "django_product_isolation.contrib.imagekit",
    *oscar.INSTALLED_APPS,
    "sorl.thumbnail",
    "easy_thumbnails",
    "imagekit",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "oscar.apps.basket.middleware.BasketMiddleware",
    "django.contrib.flatpages.middleware.FlatpageFallbackMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "oscar.apps.search.context_processors.search_form",
                "oscar.apps.checkout.context_processors.checkout",
                "oscar.core.context_processors.metadata",
            ]
        },
    }
]
AUTHENTICATION_BACKENDS = [
    "oscar.apps.customer.auth_backends.EmailBackend",
    "django.contrib.auth.backends.ModelBackend",
]
HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "haystack.backends.simple_backend.SimpleEngine"}}
THUMBNAIL_DEBUG = True  # sorl: a thumbnail that cannot be made is an error, not an empty text

PRODUCT_ISOLATION = {
    "API_KEY": "rf_live_for_tests",
    "IMAGES": {"catalogue.ProductImage": {"field": "original", "product": "product"}},
    "RESOLUTION": "1K",
    "ASPECT_RATIO": "21:9",  # the smallest result that there is
}
