"""Products that are called what their suppliers call them."""

from tests.strangers.base import *  # noqa: F403
from tests.strangers.base import INSTALLED_APPS, isolation

INSTALLED_APPS = [*INSTALLED_APPS, "tests.strangers.long_names"]
PRODUCT_ISOLATION = isolation("long_names.Photo")
