"""Photos of several kinds in one list, each row an instance of its own class."""

from tests.strangers.base import *  # noqa: F403
from tests.strangers.base import INSTALLED_APPS, isolation

INSTALLED_APPS = ["polymorphic", *INSTALLED_APPS, "tests.strangers.polymorphic"]
PRODUCT_ISOLATION = isolation("shop_polymorphic.Photo")
