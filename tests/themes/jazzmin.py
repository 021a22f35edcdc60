"""The small shop with django-jazzmin in front of Django's own admin."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as USUAL

INSTALLED_APPS = ["jazzmin", *USUAL]
JAZZMIN_SETTINGS = {"use_google_fonts_cdn": False}
