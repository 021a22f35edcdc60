"""As on a server, without middleware. DATABASE_URL says where."""

from tests.benchmarks.settings import *  # noqa: F403

SECRET = "whsec_of-callbacks-in-benchmarks"

INSTALLED_APPS = [*INSTALLED_APPS, "djstripe", "anymail"]  # noqa: F405
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tests.benchmarks.webhooks.urls"
DEBUG = False
LOGGING = {"version": 1, "root": {"level": "CRITICAL"}}
PRODUCT_ISOLATION = {**PRODUCT_ISOLATION, "SIGNING_SECRETS": [SECRET]}  # noqa: F405
for _database in DATABASES.values():  # noqa: F405
    _database["CONN_MAX_AGE"] = None
    if _database["ENGINE"].endswith(".sqlite3"):
        _database["OPTIONS"].update({"transaction_mode": "IMMEDIATE", "timeout": 20})

STRIPE_TEST_SECRET_KEY = "sk_test_of_benchmarks"
STRIPE_LIVE_MODE = False
DJSTRIPE_FOREIGN_KEY_TO_FIELD = "id"
DJSTRIPE_WEBHOOK_EVENT_CALLBACK = "tests.benchmarks.webhooks.views.nothing"
ANYMAIL = {"MAILGUN_WEBHOOK_SIGNING_KEY": SECRET}
