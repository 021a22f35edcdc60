"""The shop with inlines, with django-unfold in front of Django's own admin."""

from tests.themes.base import *  # noqa: F403
from tests.themes.base import SHOP

INSTALLED_APPS = ["unfold", *SHOP]
THEME_CLASSES = [
    "unfold.admin.ModelAdmin",
    "unfold.admin.StackedInline",
    "unfold.admin.TabularInline",
]
