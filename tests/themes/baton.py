"""The small shop with Baton around Django's own admin."""

from tests.themes.base import *  # noqa: F403
from tests.themes.base import SHOP

INSTALLED_APPS = ["baton", *SHOP, "baton.autodiscover"]
ROOT_URLCONF = "tests.themes.baton_urls"
BATON = {"SHOW_MULTIPART_UPLOADING": False, "GRAVATAR_ENABLED": False}
