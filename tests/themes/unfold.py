"""The small shop with django-unfold in front of Django's own admin."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS as USUAL

INSTALLED_APPS = ["unfold", *USUAL]
