"""django-modeltranslation: an image of each language, each isolated for itself."""

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from tests.contrib.modeltranslation.models import Banner
from tests.photos import photo_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def banner(runflow):
    return Banner.objects.create(title="Sale", image_de=photo_file(), image_en=photo_file())


@pytest.mark.parametrize("spoken", ["de", "en"])
@pytest.mark.parametrize("field", ["image_de", "image_en"])
def test_the_named_languages_image_is_swapped_and_restored_whatever_a_worker_speaks(
    field, spoken, banner, go_on
):
    before = Banner.objects.values("image_de", "image_en").get()
    with translation.override("de"):
        begun = isolate(banner, field=field).runs.get()
    with translation.override(spoken):
        run = go_on(begun)
    after = Banner.objects.values("image_de", "image_en").get()
    assert run.status == Status.APPLIED
    assert after == {**before, field: run.result_name}
    go_on(*restore(banner, field=field).begun)
    assert Banner.objects.values("image_de", "image_en").get() == before


def errors():
    return [one.id for one in run_checks() if one.id.startswith("product_isolation.E")]


def test_check_asks_for_the_languages_name_before_anything_is_paid(settings, banner):
    assert errors() == []
    images = {"modeltranslation_shop.Banner": {"field": "image"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    assert errors() == ["product_isolation.E013"]
    with pytest.raises(ImproperlyConfigured):
        isolate(banner)
