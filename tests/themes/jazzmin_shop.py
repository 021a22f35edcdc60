"""The shop with inlines, with django-jazzmin in front of Django's own admin."""

from tests.themes.base import *  # noqa: F403
from tests.themes.base import SHOP

INSTALLED_APPS = ["jazzmin", *SHOP]
JAZZMIN_SETTINGS = {"use_google_fonts_cdn": False}
