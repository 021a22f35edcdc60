"""The tests' shop with django-simple-history, which keeps every state of a row."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "simple_history", "tests.shops.tracked"]
