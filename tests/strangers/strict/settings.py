"""A shop that is particular about its pictures, and keeps what was deleted in a bin."""

import os

from tests.strangers.base import *  # noqa: F403
from tests.strangers.base import INSTALLED_APPS, isolation

INSTALLED_APPS = [*INSTALLED_APPS, "tests.strangers.strict"]
USE_THOUSAND_SEPARATOR = True
LANGUAGE_CODE = "de"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
if os.environ.get("WITHOUT_THE_APP"):
    INSTALLED_APPS.remove("django_product_isolation")
    ROOT_URLCONF = "tests.strangers.strict.urls_without"
PRODUCT_ISOLATION = isolation("strict.Photo")
