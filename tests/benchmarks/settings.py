"""The tests' shop, with two years of history behind it. DATABASE_URL says where."""

from tests.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.benchmarks"]  # noqa: F405
PRODUCT_ISOLATION = {
    **PRODUCT_ISOLATION,  # noqa: F405
    "WORKERS": "embedded",
    "DAILY_BUDGET": "1000",
    "MONTHLY_BUDGET": "30000",
}
