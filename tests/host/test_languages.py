"""What prompts and runs call a product does not depend on who clicks."""

import pytest
from django.core.checks import run_checks
from django.utils import translation

from django_product_isolation import isolate
from tests.photos import photo_file
from tests.shops.assortment.models import Season
from tests.shops.assortment.stock import name_images

pytestmark = pytest.mark.django_db


@pytest.fixture
def prompt(settings):
    """The prompt of an order that somebody places who reads ``language``."""
    name_images(settings, Season={"field": "photo"})

    def ordered_in(language):
        with translation.override(language):
            run = isolate(Season.objects.create(photo=photo_file())).runs.get()
            assert translation.get_language() == language
        assert run.label == run.prompt
        return run.prompt

    return ordered_in


@pytest.mark.parametrize("language", ["de", "fr", "en"])
def test_prompts_are_in_the_language_of_the_site(prompt, settings, language):
    assert prompt(language) == "January"
    settings.LANGUAGE_CODE = "de"
    assert prompt(language) == "Januar"


def test_prompts_can_have_a_language_of_their_own(prompt, settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "PROMPT_LANGUAGE": "fr"}
    assert prompt("de") == "janvier"


@pytest.mark.parametrize(
    ("language", "expected"), [("xx", ["E014"]), (7, ["E014"]), ("fr", []), (None, [])]
)
def test_a_language_that_the_site_has_not_is_refused(settings, language, expected):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "PROMPT_LANGUAGE": language}
    assert [m.id for m in run_checks()] == [f"product_isolation.{number}" for number in expected]
