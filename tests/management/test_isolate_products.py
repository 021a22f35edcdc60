import re
import time
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.management.commands import isolate_products
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.spending.budgets import BudgetExceeded
from django_product_isolation.workflow import advance, backfill, reject, restore, stop
from django_product_isolation.workflow.backfill import Backfill
from tests.moments import overdue
from tests.photos import make_image
from tests.shop import put_originals_back
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db

MODEL = "catalogue.ProductImage"


@pytest.fixture(autouse=True)
def time_flies(monkeypatch):
    """What the command waits for is due after a single look."""

    def fly(_seconds):
        time.sleep(0.02)  # the sandbox works meanwhile
        IsolationRun.objects.filter(due_at__isnull=False).update(due_at=overdue())

    monkeypatch.setattr(isolate_products, "sleep", fly)
    monkeypatch.setattr(isolate_products, "PAUSE", 0.05)


class Terminal(StringIO):
    def isatty(self):
        return True


def run_command(*args, out=None):
    out = out or StringIO()
    call_command("isolate_products", *args, stdout=out)
    return out.getvalue()


def statuses():
    return sorted(IsolationRun.objects.values_list("status", flat=True))


def test_it_begins_the_images_follows_them_and_says_how_they_ended(runflow):
    for name in "AB":
        make_image(name)
    said = run_command(MODEL, "--resolution", "1K", "--aspect-ratio", "4:5", "--prompt", "")
    batch = IsolationBatch.objects.get()
    assert (batch.resolution, batch.aspect_ratio) == ("1K", "4:5")
    assert {run.prompt for run in batch.runs.all()} == {""}
    assert "2 images x $0.27 = $0.54" in said
    assert "2 begun: 2 applied." in said
    assert statuses() == [Status.APPLIED] * 2


def test_a_dry_run_says_what_it_would_cost_and_begins_nothing():
    make_image()
    assert "1 image x $0.27 = $0.27" in run_command(MODEL, "--dry-run")
    assert not IsolationRun.objects.exists()


def test_filters_and_a_limit_narrow_the_choice(runflow):
    for name in ("Mug", "Mug", "Lamp"):
        make_image(name)
    said = run_command(MODEL, "--filter", "product__name=Mug", "--limit", "1")
    assert "1 image x" in said
    assert [run.label for run in IsolationRun.objects.all()] == ["Mug"]


def test_the_same_command_again_goes_on_where_it_stopped(runflow):
    for name in "ABC":
        make_image(name)
    run_command(MODEL, "--limit", "2")
    said = run_command(MODEL)
    assert "Left out: 2 " in said
    assert "1 image x" in said
    assert statuses() == [Status.APPLIED] * 3
    with pytest.raises(CommandError, match="nothing to isolate"):
        run_command(MODEL)


def test_what_a_person_decided_against_is_left_out_unless_asked_for_again(runflow, option):
    turned_down, taken_back = make_image("A"), make_image("B")
    ProductImage.objects.create(product=Product.objects.create(name="No picture"))
    option(REVIEW=True)
    run_command(MODEL, "--filter", "product__name=A")
    reject(IsolationRun.objects.get(object_pk=turned_down.pk))
    option(REVIEW=False)
    run_command(MODEL, "--filter", "product__name=B")
    restore(ProductImage.objects.filter(pk=taken_back.pk))
    with pytest.raises(CommandError, match="nothing to isolate"):
        run_command(MODEL)
    put_originals_back()
    with pytest.raises(CommandError, match="nothing to isolate"):
        run_command(MODEL)
    assert "2 begun: 2 applied." in run_command(MODEL, "--again")


def test_what_failed_is_tried_again_but_not_in_the_same_call(runflow):
    make_image("A")
    runflow.behave(fault="run_failed")
    assert "1 begun: 1 failed." in run_command(MODEL)
    runflow.reset()
    assert "1 begun: 1 applied." in run_command(MODEL)


def test_what_ended_after_it_was_charged_is_not_paid_again_unless_asked_for(runflow):
    make_image("A")
    runflow.behave(fault="html_as_image", times=0)
    with pytest.raises(CommandError, match="need attention"):
        run_command(MODEL)
    [run] = IsolationRun.objects.all()
    assert run.status == Status.HELD
    assert stop(run)
    runflow.reset()
    with pytest.raises(CommandError, match="nothing to isolate"):
        run_command(MODEL)
    assert "1 begun: 1 applied." in run_command(MODEL, "--again")


def test_what_was_stopped_and_may_be_charged_yet_is_not_begun_again(runflow):
    make_image("A")
    run = isolate(ProductImage.objects.all()).runs.get()
    runflow.behave(fault="stuck_in_queued")
    advance(run.pk)
    run.refresh_from_db()
    assert run.runflow_run_id
    assert stop(run)
    with pytest.raises(CommandError, match="nothing to isolate"):
        run_command(MODEL)


def test_more_images_than_a_batch_takes_are_begun_batch_by_batch(runflow, option):
    option(MAX_BATCH=2)
    for name in "ABCDE":
        make_image(name)
    assert "5 begun: 5 applied." in run_command(MODEL)
    sizes = [batch.runs.count() for batch in IsolationBatch.objects.order_by("created_at")]
    assert sizes == [2, 2, 1]


def test_its_own_budget_bounds_what_is_begun(runflow):
    for name in "ABC":
        make_image(name)
    assert "2 images x $0.27 = $0.54" in run_command(MODEL, "--budget", "0.80")
    assert IsolationRun.objects.count() == 2


def test_the_shops_budget_is_used_up_and_no_more(runflow, option):
    option(DAILY_BUDGET="0.60")
    for name in "ABC":
        make_image(name)
    out = StringIO()
    with pytest.raises(CommandError, match="budget is used up"):
        run_command(MODEL, out=out)
    assert "2 begun: 2 applied." in out.getvalue()
    assert IsolationRun.objects.count() == 2


def test_when_runs_need_attention_no_more_are_begun(runflow, option):
    option(MAX_BATCH=2)
    runflow.behave(fault="payment_required", times=20)
    for name in "ABCD":
        make_image(name)
    with pytest.raises(CommandError, match="need attention"):
        run_command(MODEL)
    assert statuses() == [Status.HELD] * 2


def test_results_that_wait_for_a_person_are_not_waited_for(runflow, option):
    option(REVIEW=True)
    make_image()
    assert "1 begun: 1 result ready." in run_command(MODEL)


def test_interrupted_it_says_how_to_go_on(runflow, monkeypatch):
    make_image()

    def interrupt(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(isolate_products, "advance_for", interrupt)
    with pytest.raises(CommandError, match="the same command begins the rest") as stopped:
        run_command(MODEL)
    assert stopped.value.returncode == 130
    assert statuses() == [Status.QUEUED]


def test_people_see_a_bar(runflow, capsys):
    make_image()
    run_command(MODEL, out=Terminal())
    assert re.search(r"\[\.{75}\]\n", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["catalogue.Nothing"], "no model"),
        (["nonsense"], "no model"),
        (["catalogue.Product"], "not named"),
        ([MODEL, "--filter", "product__name"], "LOOKUP=VALUE"),
        ([MODEL, "--filter", "nothing=1"], "nothing"),
        ([MODEL, "--filter", "product__isnull=nonsense"], "LOOKUP=VALUE"),
        ([MODEL, "--filter", "pk=nonsense"], "LOOKUP=VALUE"),
        ([MODEL, "--filter", "product__isnull=True"], "nothing to isolate"),
        ([MODEL, "--filter", "product__name=nobody"], "nothing to isolate"),
        ([MODEL, "--budget", "much"], "amount in USD"),
        ([MODEL, "--budget", "0.20"], "nothing to isolate"),
        ([MODEL, "--limit", "0"], "nothing to isolate"),
        ([MODEL, "--limit", "-1"], "--limit takes"),
        ([MODEL, "--filter", "pk__range=1"], "LOOKUP=VALUE"),
        ([MODEL, "--filter", "_connector=x"], "LOOKUP=VALUE"),
        ([MODEL, "--filter", "_negated=1"], "LOOKUP=VALUE"),
        ([MODEL, "--filter", "caption__regex=("], "LOOKUP=VALUE"),
    ],
)
def test_each_mistake_is_said_in_words_and_begins_nothing(args, says):
    make_image()
    with pytest.raises(CommandError, match=says):
        run_command(*args)
    assert not IsolationRun.objects.exists()


def test_a_budget_that_does_not_reach_for_one_image_begins_none(option):
    option(DAILY_BUDGET="0.20")
    make_image()
    with pytest.raises(CommandError, match="budget is used up"):
        run_command(MODEL)
    assert not IsolationRun.objects.exists()


def test_as_much_is_begun_as_is_left_when_others_spend_meanwhile(runflow, option, monkeypatch):
    option(DAILY_BUDGET="0.60")
    for name in ("Mug", "Mug", "Mug", "Lamp"):
        make_image(name)

    def isolate_while_others_do(images, **options):
        try:
            return isolate(images, **options)
        except BudgetExceeded:
            lamps = ProductImage.objects.filter(product__name="Lamp")
            if not IsolationRun.objects.filter(label="Lamp").exists():
                isolate(lamps)
            raise

    monkeypatch.setattr(backfill, "isolate", isolate_while_others_do)
    with pytest.raises(CommandError, match="budget is used up"):
        run_command(MODEL, "--filter", "product__name=Mug")
    assert sorted(IsolationRun.objects.values_list("label", flat=True)) == ["Lamp", "Mug"]


def test_what_is_being_isolated_is_not_begun_twice_even_when_asked_for_again():
    isolate(make_image())
    assert "None begun." in run_command(MODEL, "--again")
    assert IsolationRun.objects.count() == 1


def test_images_that_are_deleted_meanwhile_are_not_missed(runflow, option, monkeypatch):
    option(MAX_BATCH=2)
    for name in "ABC":
        make_image(name)
    begin = Backfill.begin_next

    def begin_and_delete(self):
        begin(self)
        begun = list(IsolationRun.objects.values_list("object_pk", flat=True))
        ProductImage.objects.exclude(pk__in=begun).delete()

    monkeypatch.setattr(Backfill, "begin_next", begin_and_delete)
    assert "2 begun: 2 applied." in run_command(MODEL)


@pytest.mark.parametrize(("moving", "seconds"), [(1, 1), (1000, 1), (5000, 5), (90_000, 10)])
def test_the_more_runs_it_follows_the_more_seldom_it_counts_them(monkeypatch, moving, seconds):
    monkeypatch.setattr(isolate_products, "PAUSE", 1.0)
    assert isolate_products.pause_among(moving) == seconds


def test_it_begins_nothing_within_a_transaction_which_nobody_else_would_see():
    make_image("A")
    with pytest.raises(CommandError, match="outside of any transaction"), transaction.atomic():
        run_command(MODEL)
    assert not IsolationRun.objects.exists()
    with transaction.atomic():
        assert "1 image x $0.27" in run_command(MODEL, "--dry-run")
