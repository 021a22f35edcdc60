"""What the Python interface is given is heeded or refused, never passed over."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from django_product_isolation import isolate
from django_product_isolation.models import IsolationRun
from tests.photos import make_image, make_swatch
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", [int, str])
def test_a_wording_of_its_own_is_found_by_the_key_as_it_is_or_as_text(kind):
    mug, pot = make_image("Mug"), make_image("Pot")
    isolate(ProductImage.objects.all(), prompt="all", prompts={kind(pot.pk): "the blue pot"})
    words = dict(IsolationRun.objects.values_list("object_pk", "prompt"))
    assert words == {str(mug.pk): "all", str(pot.pk): "the blue pot"}


@pytest.mark.parametrize("where", ["prompt", "prompts"])
def test_a_wording_that_would_be_cut_is_refused(where):
    image = make_image()
    long = {"prompt": "x" * 501, "prompts": {image.pk: "x" * 501}}
    with pytest.raises(ValidationError, match="at most 500 characters"):
        isolate(image, **{where: long[where]})
    assert not IsolationRun.objects.exists()
    assert isolate(image, prompt="x" * 500).runs.get().prompt == "x" * 500


@pytest.mark.parametrize("given", ["soft", b"soft", [1], 5])
def test_findings_that_are_no_list_of_texts_are_refused(given):
    with pytest.raises(ValidationError, match="list of ids"):
        isolate(make_image(), tolerated_findings=given)
    assert not IsolationRun.objects.exists()


def test_a_wording_for_an_image_that_is_not_among_them_is_refused():
    mug, pot = make_image("Mug"), make_image("Pot")
    with pytest.raises(ValidationError, match=f"primary key: {pot.pk}, SKU-7") as refusal:
        isolate(mug, prompts={mug.pk: "the mug", pot.pk: "the pot", "SKU-7": "the lid"})
    assert list(refusal.value.error_dict) == ["prompts"]
    assert not IsolationRun.objects.exists()


def test_a_wording_for_an_image_that_is_left_out_is_no_mistake():
    mug, pot = make_image("Mug"), make_image("Pot")
    isolate(pot)
    batch = isolate(ProductImage.objects.all(), prompts={mug.pk: "a mug", pot.pk: "a pot"})
    assert [run.prompt for run in batch.runs.all()] == ["a mug"]


def test_a_repeated_order_is_answered_whatever_else_it_says():
    image, token = make_image(), uuid4()
    batch = isolate(image, token=token)
    assert isolate(image, prompts={0: "none"}, token=token) == batch


@pytest.mark.parametrize("wrong", [5, None, b"mug", "a \0 mug", "half a \ud83d"])
def test_a_wording_that_is_no_text_is_refused(wrong):
    image = make_image()
    for given in ({"prompt": wrong}, {"prompts": {image.pk: wrong}}):
        if given != {"prompt": None}:  # as the settings say
            with pytest.raises(ValidationError, match="is a text"):
                isolate(image, **given)
    assert not IsolationRun.objects.exists()


def test_the_token_of_another_models_batch_is_refused():
    batch = isolate(make_image())
    with pytest.raises(ValidationError, match="batch of other images") as refusal:
        isolate(make_swatch(), token=batch.pk)
    assert list(refusal.value.error_dict) == ["token"]
