"""The small shop with django-admin-interface, whose theme is a row of the database."""

from tests.themes.base import *  # noqa: F403
from tests.themes.base import MIDDLEWARE, SHOP

INSTALLED_APPS = ["admin_interface", "colorfield", *SHOP]
ROOT_URLCONF = "tests.themes.admin_interface_urls"
X_FRAME_OPTIONS = "SAMEORIGIN"
MIDDLEWARE = [*MIDDLEWARE, "django.middleware.locale.LocaleMiddleware"]
