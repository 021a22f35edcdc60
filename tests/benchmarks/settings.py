"""The tests' shop, with two years of history behind it. DATABASE_URL says where."""

from tests.settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.benchmarks"]  # noqa: F405
PRODUCT_ISOLATION = {
    **PRODUCT_ISOLATION,  # noqa: F405
    "WORKERS": "embedded",
    "MAX_BATCH": 10_000,
    "DAILY_BUDGET": "1000000",
    "MONTHLY_BUDGET": "1000000",
}
if DATABASES["default"]["ENGINE"].endswith(".sqlite3"):  # noqa: F405
    # As the README advises for a long history: SQLite's own 2 MB do not hold the indexes.
    pragma = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
    DATABASES["default"]["OPTIONS"] = {"init_command": pragma}  # noqa: F405
ROOT_URLCONF = "tests.benchmarks.urls"
