import math
from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.signals import work_due
from django_product_isolation.workflow import (
    BudgetExceeded,
    NothingToIsolate,
    plan,
)
from tests.photos import make_image, make_swatch
from tests.shops.catalogue.models import Product, ProductImage, Swatch

pytestmark = pytest.mark.django_db


def rows_without_files(number):
    """Rows that name files nobody ever made: begin must not open any."""
    product = Product.objects.create(name="Mug")
    ProductImage.objects.bulk_create(
        ProductImage(product=product, original=f"products/{n}.jpg", width=1, height=1)
        for n in range(number)
    )
    return ProductImage.objects.order_by("pk")


def with_settings(settings, **options):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, **options}


def test_one_image_becomes_one_queued_run_with_the_settings_defaults(settings):
    image = make_image("Enamel mug")
    batch = isolate(image)
    [run] = batch.runs.all()
    assert (run.object_pk, run.label, run.source_name) == (
        str(image.pk),
        "Enamel mug",
        image.original.name,
    )
    assert (run.status, run.prompt, run.review) == (Status.QUEUED, "Enamel mug", False)
    assert (batch.aspect_ratio, batch.resolution) == ("1:1", "2K")
    assert (batch.model_label, batch.field_name) == ("catalogue.productimage", "original")
    assert batch.unit_price == Decimal("0.27")


def test_what_is_given_wins_over_the_settings(admin_user):
    make_image("Mug")
    batch = isolate(
        ProductImage.objects.all(),
        prompt="only the {product}, no saucer",
        aspect_ratio="4:5",
        resolution="4K",
        review=True,
        user=admin_user,
    )
    run = batch.runs.get()
    assert run.prompt == "only the Mug, no saucer"
    assert run.review
    assert (batch.aspect_ratio, batch.resolution) == ("4:5", "4K")
    assert batch.created_by == admin_user


def test_an_empty_prompt_leaves_the_choice_to_the_model():
    assert isolate(make_image(), prompt="").runs.get().prompt == ""


def test_a_product_name_is_never_taken_for_a_format():
    image = make_image("{0.__class__} {product}")
    assert isolate(image).runs.get().prompt == "{0.__class__} {product}"


def test_uuid_keys_work_too():
    swatch = make_swatch()
    assert isolate(Swatch.objects.all()).runs.get().object_pk == str(swatch.pk)


def test_each_image_that_is_left_out_gets_its_reason(settings):
    with_settings(settings, MAX_BATCH=1)
    busy, empty, fine, late, foreign = (make_image(n) for n in "ABCDE")
    isolate(busy)
    ProductImage.objects.filter(pk=empty.pk).update(original="", width=None, height=None)
    chosen = plan(ProductImage.objects.order_by("pk"), forbidden={str(foreign.pk)})
    assert [p.label for p in chosen.accepted] == [fine.product.name]
    assert {s.picture.label: s.reason for s in chosen.skipped} == {
        busy.product.name: Reason.ALREADY_OPEN,
        empty.product.name: Reason.NO_FILE,
        late.product.name: Reason.OVER_MAX_BATCH,
        foreign.product.name: Reason.NOT_ALLOWED,
    }
    assert chosen.total == Decimal("0.27")


def test_the_others_go_on_when_one_is_left_out():
    busy, fine = make_image("A"), make_image("B")
    isolate(busy)
    batch = isolate(ProductImage.objects.all())
    assert [run.object_pk for run in batch.runs.all()] == [str(fine.pk)]


def test_nothing_is_kept_when_no_image_can_be_isolated():
    image = make_image()
    isolate(image)
    with pytest.raises(NothingToIsolate) as caught:
        isolate(image)
    assert [s.reason for s in caught.value.skipped] == [Reason.ALREADY_OPEN]
    assert IsolationBatch.objects.count() == 1


def test_an_image_can_be_isolated_again_after_its_run_ended():
    image = make_image()
    isolate(image).runs.get().move_to(Status.FAILED)
    assert isolate(image).runs.get().status == Status.QUEUED


def test_a_colleague_who_was_faster_by_a_moment_is_not_paid_twice(monkeypatch):
    image, other = make_image("A"), make_image("B")
    chosen = plan(ProductImage.objects.all())
    isolate(image)
    monkeypatch.setattr(
        "django_product_isolation.workflow.start.plan", lambda *args, **kwargs: chosen
    )
    batch = isolate(ProductImage.objects.all())
    assert [run.object_pk for run in batch.runs.all()] == [str(other.pk)]
    assert IsolationRun.objects.count() == 2


def test_the_same_token_gives_the_same_batch():
    image = make_image()
    token = uuid4()
    first = isolate(image, token=token)
    assert isolate(image, token=token) == first
    assert IsolationRun.objects.count() == 1


def test_the_same_token_posted_twice_at_once_gives_the_same_batch(monkeypatch):
    image, other = make_image("A"), make_image("B")
    token = uuid4()

    def plan_while_the_twin_begins(images, **options):
        monkeypatch.undo()
        isolate(image, token=token)
        return plan(images, **options)

    monkeypatch.setattr("django_product_isolation.workflow.start.plan", plan_while_the_twin_begins)
    assert isolate(other, token=token).pk == token
    assert [run.object_pk for run in IsolationRun.objects.all()] == [str(image.pk)]


def test_what_the_database_refuses_for_another_reason_is_not_taken_for_a_double_click(monkeypatch):
    def refuse(self, **_options):
        raise IntegrityError("a constraint of the host's")

    monkeypatch.setattr(IsolationBatch, "save", refuse)
    with pytest.raises(IntegrityError, match="host"):
        isolate(make_image(), token=uuid4())


@pytest.mark.parametrize(
    "options", [{"aspect_ratio": "7:3"}, {"resolution": "8K"}, {"aspect_ratio": ""}]
)
def test_an_unknown_choice_begins_nothing(options):
    with pytest.raises(ValidationError):
        isolate(make_image(), **options)
    assert not IsolationBatch.objects.exists()


def test_a_model_that_is_not_named_in_the_settings_is_refused():
    with pytest.raises(ImproperlyConfigured):
        isolate(Product.objects.create(name="Mug"))


def test_only_instances_and_querysets_are_taken():
    with pytest.raises(TypeError):
        isolate([1, 2, 3])


@pytest.mark.parametrize("budget", ["DAILY_BUDGET", "MONTHLY_BUDGET"])
def test_a_budget_stops_the_batch_that_would_break_it(settings, budget):
    with_settings(settings, **{budget: "0.80"})
    images = [make_image(n) for n in "ABCD"]
    isolate(ProductImage.objects.filter(pk__in=[i.pk for i in images[:2]]))
    with pytest.raises(BudgetExceeded) as caught:
        isolate(ProductImage.objects.filter(pk__in=[i.pk for i in images[2:]]))
    assert (caught.value.total, caught.value.left) == (Decimal("0.54"), Decimal("0.26"))
    assert IsolationRun.objects.count() == 2


def test_a_failed_run_gives_its_share_of_the_budget_back(settings):
    with_settings(settings, DAILY_BUDGET="0.27")
    isolate(make_image("A")).runs.get().move_to(Status.FAILED)
    assert isolate(make_image("B")).runs.count() == 1


def test_500_images_take_the_same_queries_as_5_but_for_inserts(settings):
    with_settings(settings, DAILY_BUDGET="1000", MONTHLY_BUDGET="1000")
    images = rows_without_files(505)
    with CaptureQueriesContext(
        connection,
    ) as few:
        isolate(images[:5])
    with CaptureQueriesContext(connection) as many:
        isolate(images[5:])
    assert IsolationRun.objects.count() == 505
    # One more for each further INSERT, which holds so many rows.
    rows = connection.ops.bulk_batch_size(IsolationRun._meta.concrete_fields, images[5:])
    assert len(many) - len(few) <= math.ceil(500 / rows) - 1


def test_of_a_whole_table_only_the_first_rows_are_looked_at(monkeypatch):
    monkeypatch.setattr("django_product_isolation.workflow.planning.MAX_READ", 3)
    chosen = plan(rows_without_files(5))
    assert (len(chosen.accepted), chosen.unread) == (3, 2)


def test_one_nudge_is_sent_for_the_whole_batch_after_the_commit(
    django_capture_on_commit_callbacks,
):
    nudges = []

    def listen(run_ids, **kwargs):
        nudges.append(run_ids)

    work_due.connect(listen)
    try:
        rows = rows_without_files(3)
        with django_capture_on_commit_callbacks(execute=True):
            batch = isolate(rows)
            assert nudges == []
    finally:
        work_due.disconnect(listen)
    assert [set(ids) for ids in nudges] == [set(batch.runs.values_list("pk", flat=True))]


def test_a_nudge_that_fails_does_not_reach_the_caller(django_capture_on_commit_callbacks):
    def broken(**kwargs):
        raise ConnectionError("broker is down")

    work_due.connect(broken)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            batch = isolate(make_image())
    finally:
        work_due.disconnect(broken)
    assert batch.runs.get().status == Status.QUEUED


def test_single_images_may_have_a_wording_of_their_own():
    cup, pot = make_image("Cup"), make_image("Pot")
    own = {str(cup.pk): "the blue {product}"}
    isolate(ProductImage.objects.all(), prompt="a {product}", prompts=own)
    runs = IsolationRun.objects.values_list("object_pk", "prompt")
    assert dict(runs) == {str(cup.pk): "the blue Cup", str(pot.pk): "a Pot"}
