"""What the projects of all themes have in common: the tests' shop, and admins with inlines."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, PRODUCT_ISOLATION

SHOP = [*INSTALLED_APPS, "tests.themes.shop"]
THEME_CLASSES = [
    "django.contrib.admin.ModelAdmin",
    "django.contrib.admin.StackedInline",
    "django.contrib.admin.TabularInline",
]
PRODUCT_ISOLATION = {
    **PRODUCT_ISOLATION,
    "IMAGES": {**PRODUCT_ISOLATION["IMAGES"], "wardrobe.CutPicture": {"field": "picture"}},
    "WORKERS": "embedded",
}
