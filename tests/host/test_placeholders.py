"""What a file field shows where nobody uploaded a picture is not isolated."""

import pytest

from django_product_isolation import isolate
from django_product_isolation.host import target_for
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import NothingToIsolate
from django_product_isolation.workflow.backfill import Backfill
from django_product_isolation.workflow.planning import plan
from tests.shops.catalogue.models import ProductImage
from tests.shops.warehouse.models import Listing

pytestmark = pytest.mark.django_db

DEFAULTS = {"photo": "placeholder.jpg", "drawing": "drawn/empty.png", "sketch": "sketch.png"}


@pytest.fixture(params=DEFAULTS)
def listings(request, settings):
    """Two rows with the field's default and one with a picture of its own."""
    images = {"warehouse.Listing": {"field": request.param}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    Listing.objects.create(title="New")
    Listing.objects.create(title="Also new")
    Listing.objects.create(title="Mug", **{request.param: "listings/mug.jpg"})
    return Listing.objects.order_by("pk")


def test_a_placeholder_is_left_out_with_the_reason(listings):
    planned = plan(listings)
    assert [picture.name for picture in planned.accepted] == ["listings/mug.jpg"]
    assert [(s.picture.label, s.reason) for s in planned.skipped] == [
        ("New", Reason.PLACEHOLDER),
        ("Also new", Reason.PLACEHOLDER),
    ]


def test_placeholders_alone_cost_nothing(listings):
    with pytest.raises(NothingToIsolate, match="placeholder"):
        isolate(listings[0])
    backfill = Backfill(listings)
    while backfill.left:
        backfill.begin_next()
    assert (backfill.begun, backfill.runs.get().source_name) == (1, "listings/mug.jpg")


def test_a_field_without_a_default_has_no_placeholder():
    target = target_for(ProductImage)
    assert not target.is_placeholder("")
    assert not target.is_placeholder("products/busy.jpg")
