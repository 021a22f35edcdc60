"""The tests' shop with django-cleanup, which deletes a file when its row lets it go."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_cleanup.apps.CleanupConfig"]
