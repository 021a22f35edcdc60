"""A marketplace: vendors share one admin, each sees their own."""

from tests.strangers.base import *  # noqa: F403
from tests.strangers.base import INSTALLED_APPS, isolation

INSTALLED_APPS = [*INSTALLED_APPS, "tests.strangers.vendors"]
PRODUCT_ISOLATION = isolation("vendors.Photo")
