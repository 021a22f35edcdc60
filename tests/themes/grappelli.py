"""The small shop with Grappelli in front of Django's own admin."""

from tests.themes.base import *  # noqa: F403
from tests.themes.base import SHOP

ROOT_URLCONF = "tests.themes.grappelli_urls"
INSTALLED_APPS = ["grappelli", *SHOP]
