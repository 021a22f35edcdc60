"""Nonsense from the wire is noted and goes no further: what is read fits the columns."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from django_product_isolation import site_clock
from django_product_isolation.choices import MAX_ID, Status
from django_product_isolation.imaging import ImageRejected
from django_product_isolation.models import AccountBalance, IsolationRun, RunEvent
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import callbacks
from django_product_isolation.runflow.errors import error_from
from django_product_isolation.runflow.replies import parse_reply, read_balance, read_run
from django_product_isolation.spending.report import Period, spending
from django_product_isolation.workflow import collect, receive_callback, stop

pytestmark = pytest.mark.django_db

LONG_IDS = ["a" * 64, "a" * 65, "019f1d03-" * 11, "Z" * MAX_ID]


COSTS = ["10000", "10000.00", "99999999", "-0.27", "-1000000", "1E-400000", "1E+9", "NaN", "free"]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("cost", COSTS)
def test_a_cost_that_is_none_is_noted_and_the_run_goes_on(cost, run, runflow, go_on):
    since = timezone.now() - timedelta(hours=1)
    reserved = IsolationRun.objects.spending_since(since)
    runflow.behave(fault="odd_cost", cost=cost)
    run = go_on(run)
    assert (run.status, run.cost) == (Status.APPLIED, None)
    assert run.events.filter(kind=RunEvent.Kind.NOTE, detail__contains="no price").count() == 1
    assert IsolationRun.objects.spending_since(since) == reserved == Decimal("0.27")


def test_a_paid_result_of_no_use_with_such_a_cost_is_counted_at_its_price(
    run, runflow, go_on, monkeypatch
):
    def broken(*_args, **_kwargs):
        raise ImageRejected("damaged")

    monkeypatch.setattr(collect, "ingest", broken)
    runflow.behave(fault="odd_cost", cost="free")
    run = go_on(run)
    assert (run.status, run.reason, run.cost) == (Status.HELD, Reason.OUTPUT_UNREADABLE, None)
    today = site_clock.today()
    assert spending(Period(today, today)).total.may_cost == Decimal("0.27")
    assert IsolationRun.objects.spending_since(run.batch.created_at) == Decimal("0.27")


@pytest.mark.sampled(4)
@pytest.mark.parametrize("cost", COSTS)
def test_a_stopped_run_with_such_a_cost_comes_to_rest(cost, run, runflow, step, go_on):
    runflow.behave(fault="odd_cost", cost=cost)
    run = step(run)
    assert stop(run)
    run = go_on(run)
    assert (run.status, run.cost, run.due_at) == (Status.CANCELLED, None, None)


@pytest.mark.parametrize("run_id", LONG_IDS)
def test_a_callback_with_a_long_id_is_a_hint_like_any_other(run_id, run, settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "embedded"}
    IsolationRun.objects.update(status=Status.SUBMITTING)
    body = json.dumps({"event": "run.completed", "run_id": run_id, "status": "succeeded"})
    url = reverse("product_isolation:callback", args=[callbacks.make_token(run.pk)])
    for _ in range(6):
        reply = Client().post(url, body, content_type="application/json")
        assert reply.status_code == 200
    run.refresh_from_db()
    assert run.hinted_run_ids == run_id


@pytest.mark.parametrize("run_id", LONG_IDS)
def test_an_accepted_run_may_have_a_long_id(run_id, run):
    IsolationRun.objects.update(status=Status.SUBMITTING)
    run.refresh_from_db()
    assert run.move_to(Status.PROCESSING, runflow_run_id=read_run({"id": run_id}).id)
    run.refresh_from_db()
    assert run.runflow_run_id == run_id


texts = st.text(max_size=700) | st.text("a0-_/=%&\0\ud800é", max_size=700)
numbers = (
    st.integers()
    | st.decimals().map(str)
    | st.floats().map(str)
    | st.sampled_from(["1E-400000", "1E+400000", "9999.99995", "-0", "0E-30", "9" * 5000])
)
values = st.none() | st.booleans() | texts | numbers | st.lists(texts, max_size=2)
ids = st.text("aZ0-_", min_size=1, max_size=MAX_ID)
records = st.fixed_dictionaries(
    {"id": ids},
    optional={
        "status_code": values,
        "cost": values,
        "failure_code": values,
        "failure_message": values,
        "client_ref": values,
        "metadata": values,
        "created_at": values,
    },
)
fuzzed = hypothesis(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def document_of(value):
    """As it comes over the wire, where numbers have no bounds."""
    return parse_reply(json.dumps(value).encode("utf-8", "surrogatepass"))


@fuzzed
@given(records)
def test_whatever_a_record_says_can_be_written_down(run, record):
    known = read_run(document_of(record))
    IsolationRun.objects.filter(pk=run.pk).update(runflow_run_id=known.id, cost=known.cost)
    run.record(RunEvent.Kind.NOTE, detail=f"{known.failure_code} {known.failure_message}")
    written = IsolationRun.objects.get(pk=run.pk)
    assert (written.runflow_run_id, written.cost) == (known.id, known.cost)
    assert known.cost is None or known.cost >= 0


@fuzzed
@given(st.dictionaries(st.sampled_from(["code", "message", "detail", "error"]), values), texts)
def test_whatever_an_error_says_can_be_written_down(run, document, request_id):
    body = json.dumps(document).encode()
    for status in (400, 402, 404, 409, 429, 500):
        error = error_from(status, {"Runflow-Request-Id": request_id}, body)
        run.record(RunEvent.Kind.PROBLEM, detail=str(error))
    detail = run.events.order_by("pk").last().detail
    assert detail.isprintable()


@fuzzed
@given(st.dictionaries(st.sampled_from(["balance", "balance_cents"]), values))
def test_whatever_a_balance_says_can_be_written_down(document):
    amount = read_balance(document_of(document))
    AccountBalance.objects.update_or_create(pk=1, defaults={"amount": amount})
    assert AccountBalance.objects.get().amount == amount


@fuzzed
@given(ids, texts.filter(bool))
def test_whatever_a_callback_says_can_be_written_down(run, run_id, event):
    IsolationRun.objects.update(status=Status.SUBMITTING)
    body = json.dumps({"event": event, "run_id": run_id}).encode()
    receive_callback(run.pk, callbacks.parse(body))
    run.refresh_from_db()
    assert run_id in run.hinted_run_ids.split()
    assert len(run.hinted_run_ids.split()) <= 4


def test_a_detail_is_cut_to_its_column_and_holds_no_nul(run):
    run.record(RunEvent.Kind.NOTE, detail="NUL\0 " + "x" * 1000)
    detail = run.events.get().detail
    assert (detail[:4], len(detail)) == ("NUL ", 500)
