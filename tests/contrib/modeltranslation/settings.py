"""A shop whose banners are another image in each language."""

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS, PRODUCT_ISOLATION

LANGUAGES = [("en", "English"), ("de", "German")]
LANGUAGE_CODE = "en"
INSTALLED_APPS = ["modeltranslation", *INSTALLED_APPS, "tests.contrib.modeltranslation"]
PRODUCT_ISOLATION = {
    **PRODUCT_ISOLATION,
    "IMAGES": {"modeltranslation_shop.Banner": [{"field": "image_de"}, {"field": "image_en"}]},
    "WORKERS": "embedded",
}
