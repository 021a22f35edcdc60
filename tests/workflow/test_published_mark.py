"""What a published file says of itself, whatever the field and the shop want."""

import pytest
from django.core.validators import FileExtensionValidator

from django_product_isolation.choices import Status
from django_product_isolation.imaging.provenance import source_type_in
from django_product_isolation.workflow import restore
from tests.photos import photo_bytes, shown_bytes
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

EDITED, CREATED = "compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia"


@pytest.fixture(params=["jpg", "png", "webp"])
def extension(request, monkeypatch):
    """The only one that the shop's field takes."""
    field = ProductImage._meta.get_field("original")
    only = FileExtensionValidator([request.param])
    monkeypatch.setattr(field, "_validators", [only])
    field.__dict__.pop("validators", None)
    yield request.param
    field.__dict__.pop("validators", None)


@pytest.mark.parametrize(("chosen", "said"), [(EDITED, EDITED), (CREATED, CREATED), (None, "")])
def test_a_result_says_what_the_shop_chose_in_every_format(
    chosen, said, extension, option, run, image, go_on
):
    option(DIGITAL_SOURCE_TYPE=chosen)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.APPLIED, "")
    assert run.result_name.endswith(extension)
    assert source_type_in(shown_bytes(image)) == said
    restore(image)
    go_on(run)
    assert shown_bytes(image) == photo_bytes()
