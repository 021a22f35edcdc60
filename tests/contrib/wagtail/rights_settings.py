"""The same shop without the app for Wagtail: there are the rights for collections alone."""

from .settings import *  # noqa: F403
from .settings import INSTALLED_APPS as APPS

INSTALLED_APPS = [app for app in APPS if app != "django_product_isolation.contrib.wagtail"]
