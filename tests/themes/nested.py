"""The small shop with inlines within inlines, by django-nested-admin."""

from tests.themes.base import *  # noqa: F403
from tests.themes.base import SHOP

INSTALLED_APPS = [*SHOP, "nested_admin"]
THEME_CLASSES = [
    "nested_admin.NestedModelAdmin",
    "nested_admin.NestedStackedInline",
    "nested_admin.NestedTabularInline",
]
