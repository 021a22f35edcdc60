"""The same shop with a catalogue of its own, as Oscar's documentation has it forked."""

from .settings import *  # noqa: F403
from .settings import INSTALLED_APPS

FORKED = "tests.contrib.oscar.forked.catalogue.apps.ForkedCatalogueConfig"
INSTALLED_APPS = [
    FORKED if app == "oscar.apps.catalogue.apps.CatalogueConfig" else app for app in INSTALLED_APPS
]
