"""A field that takes none of the formats a result can have is named before it costs anything."""

import pytest
from django.core.checks import run_checks

pytestmark = pytest.mark.django_db


def found(settings, field, model="fussy.Picky"):
    options = {**settings.PRODUCT_ISOLATION, "IMAGES": {model: {"field": field}}}
    settings.PRODUCT_ISOLATION = options
    return [m for m in run_checks() if m.id == "product_isolation.E055"]


def test_a_field_for_gif_alone_is_found(settings):
    (finding,) = found(settings, "gif_only")
    assert "gif_only" in finding.msg
    assert "FileExtensionValidator" in finding.hint


@pytest.mark.parametrize("field", ["jpg_or_png", "jpeg_only", "png_only", "closed", "light"])
def test_a_field_for_any_of_our_formats_is_not(settings, field):
    assert found(settings, field) == []


def test_a_field_that_converts_uploads_is_not(settings):
    assert found(settings, "small_jpeg", "fussy.Processed") == []
