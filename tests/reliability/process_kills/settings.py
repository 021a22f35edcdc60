"""The settings of the workers that are killed: those of the tests, on the test's own database."""

from tests.reliability.process_kills.shared_folder import Stage
from tests.settings import *  # noqa: F403

given = Stage.of_this_process().settings

INSTALLED_APPS = [
    *INSTALLED_APPS,  # noqa: F405
    "tests.reliability.process_kills.checkpoints.Checkpoints",
]
DATABASES = {"default": given["database"]}
MEDIA_ROOT = given["media_root"]
PRODUCT_ISOLATION = given["product_isolation"]
CELERY = given["celery"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "loggers": {"django_product_isolation": {"handlers": ["console"], "level": "INFO"}},
}
