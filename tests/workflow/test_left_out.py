"""What ``isolate`` answers: the batch, and which images were left out and why."""

import uuid
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

import django_product_isolation
from django_product_isolation import (
    BudgetExceeded,
    NothingToIsolate,
    Plan,
    Restoration,
    Skipped,
    isolate,
    plan,
    restore,
)
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow.start import create_batch
from tests.photos import make_image
from tests.shops.bazaar.models import GroupPhoto
from tests.shops.bazaar.stock import make_group_photo
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db


def images():
    return ProductImage.objects.order_by("pk")


def reasons(batch):
    return {s.picture.label: s.reason for s in batch.skipped}


def end(batch):
    batch.runs.update(status=Status.FAILED, active_key=None)


def test_what_is_over_the_limit_is_named_in_the_answer(option):
    option(MAX_BATCH=2)
    for name in ("Cup", "Pot", "Jug", "Urn"):
        make_image(name)
    batch = isolate(images())
    assert batch.runs.count() == 2
    assert reasons(batch) == {"Jug": Reason.OVER_MAX_BATCH, "Urn": Reason.OVER_MAX_BATCH}
    assert batch.unread == 0


def test_what_was_not_even_looked_at_is_counted_in_the_answer(option, monkeypatch):
    monkeypatch.setattr("django_product_isolation.workflow.planning.MAX_READ", 3)
    option(MAX_BATCH=2)
    for name in ("Cup", "Pot", "Jug", "Urn", "Vase"):
        make_image(name)
    batch = isolate(images())
    assert (reasons(batch), batch.unread) == ({"Jug": Reason.OVER_MAX_BATCH}, 2)


def test_each_image_that_is_left_out_has_its_reason_in_the_answer():
    make_image("Cup")
    isolate(make_image("Pot"))
    ProductImage.objects.create(product=Product.objects.create(name="Jug"))
    batch = isolate(images())
    assert [run.label for run in batch.runs.all()] == ["Cup"]
    assert reasons(batch) == {"Pot": Reason.ALREADY_OPEN, "Jug": Reason.NO_FILE}
    assert all(isinstance(skipped, Skipped) for skipped in batch.skipped)


def test_where_nothing_is_left_out_the_answer_says_so():
    batch = isolate(make_image())
    assert (list(batch.skipped), batch.unread) == ([], 0)


def test_a_colleague_who_was_faster_is_a_reason_too():
    cup, _pot = make_image("Cup"), make_image("Pot")
    chosen = plan(images())
    isolate(cup)
    batch = create_batch(chosen)
    assert reasons(batch) == {"Cup": Reason.ALREADY_OPEN}
    assert [run.label for run in batch.runs.all()] == ["Pot"]


@pytest.mark.parametrize("meanwhile", [lambda batch: None, end], ids=["open", "ended"])
def test_a_second_call_with_the_token_says_the_same(option, meanwhile):
    option(MAX_BATCH=2)
    for name in ("Cup", "Pot", "Jug"):
        make_image(name)
    ProductImage.objects.create(product=Product.objects.create(name="Urn"))
    token = uuid.uuid4()
    first = isolate(images(), token=token)
    meanwhile(first)
    second = isolate(images(), token=token)
    assert second == first
    assert IsolationRun.objects.count() == 2
    left_out = {s.picture.pk for s in first.skipped}
    assert len(left_out) == 2
    assert {s.picture.pk for s in second.skipped} == left_out
    assert Reason.NO_FILE in reasons(second).values()


def test_the_order_of_the_queryset_says_which_come_first(option):
    option(MAX_BATCH=1)
    for name in ("Cup", "Pot"):
        make_image(name)
    batch = isolate(ProductImage.objects.order_by("-pk"))
    assert reasons(batch) == {"Cup": Reason.OVER_MAX_BATCH}


def test_all_that_callers_need_is_importable_from_the_package(option):
    for name in django_product_isolation.__all__:
        assert getattr(django_product_isolation, name).__name__ == name
    image = make_image("Cup")
    assert isinstance(plan(image), Plan)
    option(DAILY_BUDGET="0.10")
    with pytest.raises(BudgetExceeded) as caught:
        isolate(image)
    assert (caught.value.total, caught.value.left) == (Decimal("0.27"), Decimal("0.1"))
    assert isinstance(restore(image), Restoration)
    with pytest.raises(NothingToIsolate) as nothing:
        isolate(ProductImage.objects.create(product=image.product))
    assert [s.reason for s in nothing.value.skipped] == [Reason.NO_FILE]
    assert not IsolationBatch.objects.exists()


def test_the_command_says_what_was_left_out(option):
    option(WORKERS="embedded", IMAGES={"bazaar.GroupPhoto": {"field": "picture"}})
    photo = make_group_photo("Cup", "Pot", "Jug")
    isolate(photo)
    IsolationRun.objects.update(due_at=None)
    out = StringIO()
    assert GroupPhoto.objects.filter(wares__id__gt=0).count() == 3
    arguments = ["bazaar.GroupPhoto", "--again", "--filter", "wares__id__gt=0"]
    call_command("isolate_products", *arguments, stdout=out)
    said = out.getvalue()
    assert "1 image x $0.27 = $0.27" in said
    assert f"Left out: 1 x already-open (Group photo {photo.pk}). Group photo" in said
    assert IsolationRun.objects.count() == 1
