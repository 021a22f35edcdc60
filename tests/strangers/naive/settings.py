"""Times without zones, in a zone whose clocks change."""

from tests.strangers.base import *  # noqa: F403
from tests.strangers.base import INSTALLED_APPS, isolation

USE_TZ = False
TIME_ZONE = "America/Sao_Paulo"
INSTALLED_APPS = [*INSTALLED_APPS, "tests.strangers.naive"]
PRODUCT_ISOLATION = isolation("naive.Photo", DAILY_BUDGET="5.00", MONTHLY_BUDGET="50.00")
