"""The small shop with Django's own admin."""

from tests.themes.base import *  # noqa: F403
from tests.themes.base import SHOP

INSTALLED_APPS = SHOP
