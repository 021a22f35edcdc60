"""The tests' shop with django-cachalot keeping copies of what is read, of ours not."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, PRODUCT_ISOLATION

INSTALLED_APPS = [*INSTALLED_APPS, "cachalot"]
CACHALOT_UNCACHABLE_APPS = {"product_isolation"}
PRODUCT_ISOLATION = {**PRODUCT_ISOLATION, "WORKERS": "embedded"}
