"""The tests' shop with both libraries, and both of our apps for them."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, PRODUCT_ISOLATION

INSTALLED_APPS = [
    *INSTALLED_APPS,
    "simple_history",
    "reversion",
    "tests.contrib.histories",
    "django_product_isolation.contrib.simple_history",
    "django_product_isolation.contrib.reversion",
]
PRODUCT_ISOLATION = {
    **PRODUCT_ISOLATION,
    "IMAGES": {
        **PRODUCT_ISOLATION["IMAGES"],
        "histories.Photo": {"field": "file"},
        "histories.StudioPhoto": {"field": "file"},
        "histories.Sketch": {"field": "file"},
    },
    "WORKERS": "embedded",
}
