"""The tests' shop with django-cacheops keeping copies of all rows, of ours too."""

from tests.services import REDIS
from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, PRODUCT_ISOLATION

INSTALLED_APPS = ["cacheops", *INSTALLED_APPS]
CACHEOPS_REDIS = REDIS
CACHEOPS_DEFAULTS = {"timeout": 3600}
CACHEOPS = {"*.*": {"ops": "all"}}
PRODUCT_ISOLATION = {**PRODUCT_ISOLATION, "WORKERS": "embedded"}
