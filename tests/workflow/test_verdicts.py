"""With REVIEW = "doubtful", what nothing was found in goes live, and the rest waits with words."""

import pytest
from django.core.checks import run_checks
from django.db import IntegrityError
from django.urls import reverse

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.imaging import verdict
from django_product_isolation.models import IsolationBatch, Preset, RunEvent, RunFinding
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import verdicts
from tests.photos import make_image
from tests.shop import EVERYTHING, RUNS, make_batch, make_run, make_staff, quote_on, status_of

pytestmark = pytest.mark.django_db

WHITE = {"version": verdict.VERSION, "unchecked": []}


@pytest.fixture
def doubtful(option, runflow):
    option(REVIEW="doubtful")


@pytest.fixture
def judge(monkeypatch, doubtful):
    """Have the next results found to be so; what was compared is noted."""
    compared = []

    def judge(**measures):
        def measure(source, result):
            compared.append((source.read(1), result.read(1)))
            source.seek(0)
            result.seek(0)
            return {**WHITE, **measures}

        monkeypatch.setattr(verdicts, "measure", measure)
        return compared

    return judge


@pytest.fixture
def grey_is_found():
    @verdict.register("grey", "The background is grey.")
    def grey(measures, _limits):
        return 2.0 if measures.get("grey") else None

    yield
    verdict.unregister("grey")


def test_a_result_in_which_nothing_is_found_goes_live_and_its_history_says_so(judge, image, go_on):
    compared = judge()
    run = go_on(isolate(image).runs.get())
    assert (run.status, run.reason, run.doubt) == (Status.APPLIED, "", 0)
    assert run.measures == WHITE
    assert [event.detail for event in run.events.filter(kind=RunEvent.Kind.AT_ONCE)] == [""]
    assert compared == [(b"\xff", compared[0][1])]  # the photograph itself, a JPEG


def test_a_result_in_which_something_is_found_waits_and_says_what(
    judge, grey_is_found, image, go_on, client
):
    judge(grey=True)
    run = go_on(isolate(image).runs.get())
    assert (run.status, run.reason, run.review) == (Status.READY, Reason.DOUBTFUL, True)
    client.force_login(make_staff(*EVERYTHING))
    page = client.get(reverse("product_isolation:review")).content.decode()
    assert "The background is grey." in page
    assert "deserves a closer look" in page
    client.post(reverse("product_isolation:review"), {"decide": f"approve:{run.pk}"})
    assert go_on(run).status == Status.APPLIED
    assert not run.events.filter(kind=RunEvent.Kind.AT_ONCE).exists()


def test_what_was_found_is_kept_with_the_status_or_neither_is(
    judge, grey_is_found, image, go_on, monkeypatch
):
    judge(grey=True)
    run = go_on(isolate(image).runs.get())
    assert (run.doubt, run.found.get().finding, run.found.get().strength) == (2.0, "grey", 2.0)

    def fail(*_args, **_kwargs):
        raise IntegrityError("no")

    second = go_on(isolate(make_image("Cup")).runs.get(), Status.COLLECTING)
    monkeypatch.setattr(type(RunFinding.objects), "bulk_create", fail)
    with pytest.raises(IntegrityError):
        verdicts.with_findings(second, run.found.all(), lambda: second.move_to(Status.READY))
    assert status_of(second) == Status.COLLECTING


def test_a_finding_as_strong_as_no_database_takes_is_kept_all_the_same(judge, image, go_on):
    @verdict.register("endless", "It never ends.")
    def endless(_measures, _limits):
        return 1e300

    judge()
    try:
        run = go_on(isolate(image).runs.get())
    finally:
        verdict.unregister("endless")
    assert (run.status, run.doubt, run.found.get().strength) == (Status.READY, 1000, 1000)


@pytest.mark.parametrize("name", ["", "two words", "a,b", "x" * 51])
def test_an_id_that_cannot_be_kept_is_refused(name):
    with pytest.raises(ValueError, match="no id"):
        verdict.register(name, "It is odd.")


def test_what_the_order_tolerates_goes_live_and_is_shown_all_the_same(
    judge, grey_is_found, image, go_on, client
):
    judge(grey=True)
    run = go_on(isolate(image, tolerated_findings=["grey", "soft"]).runs.get())
    assert (run.status, run.reason, run.doubt) == (Status.APPLIED, "", 2.0)
    assert run.found.get().decision == ""
    assert run.events.get(kind=RunEvent.Kind.AT_ONCE).detail == "grey"
    client.force_login(make_staff(*EVERYTHING))
    page = client.get(f"{RUNS}{run.pk}/change/").content.decode()
    assert "The background is grey." in page


@pytest.mark.parametrize(
    ("category", "order", "waits"),
    [
        ("Mugs", None, False),  # the preset of its category tolerates it
        ("Bowls", None, True),  # that of all others does not
        ("Mugs", [], True),  # nor does the order
        ("Bowls", ["grey"], False),
    ],
)
def test_the_preset_of_an_images_category_says_what_holds_it_back(
    judge, grey_is_found, option, image, go_on, category, order, waits
):
    named = {"field": "original", "product": "product", "category": "product__name"}
    option(IMAGES={"catalogue.ProductImage": named})
    ours = {"default_model": "catalogue.productimage"}
    Preset.objects.create(name="All", **ours)
    tolerant = {"default_category": "Mugs", "tolerated_findings": ["grey"]}
    Preset.objects.create(name="Mugs", **ours, **tolerant)
    type(image.product).objects.update(name=category)
    judge(grey=True)
    run = go_on(isolate(image, tolerated_findings=order).runs.get())
    assert run.status == (Status.READY if waits else Status.APPLIED)


def test_a_finding_that_is_not_tolerated_holds_back_beside_one_that_is(
    judge, grey_is_found, image, go_on
):
    judge(grey=True, unchecked=[{"what": "alignment", "why": "lost"}])
    run = go_on(isolate(image, tolerated_findings=["grey"]).runs.get())
    assert (run.status, run.reason) == (Status.READY, Reason.DOUBTFUL)
    assert set(run.found.values_list("finding", flat=True)) == {"grey", "not_checked"}


def test_trying_again_tolerates_what_the_order_did(db, client):
    client.force_login(make_staff(*EVERYTHING))
    run = make_run(Status.FAILED, batch=make_batch(tolerated_findings=["soft"]))
    address = reverse("product_isolation:progress", args=[run.batch_id])
    quote = quote_on(client.get(address))
    client.post(address, {"decide": f"retry:{run.pk}", "quote": quote})
    assert IsolationBatch.objects.latest("created_at").tolerated_findings == ["soft"]


def test_nothing_is_judged_where_nobody_wants_it(judge, option, image, go_on):
    compared = judge(grey=True)
    option(REVIEW=False)
    run = go_on(isolate(image).runs.get())
    assert (run.status, run.measures, compared) == (Status.APPLIED, {}, [])


def test_a_real_judgement_of_a_real_result_is_kept_with_its_run(doubtful, image, go_on):
    pytest.importorskip("numpy")
    run = go_on(isolate(image).runs.get())
    assert run.measures["version"] == verdict.VERSION
    found = verdicts.findings_of(run)
    assert run.status == (Status.READY if found else Status.APPLIED)
    assert all(str(finding.sentence) for finding in found)


@pytest.mark.parametrize(
    ("chosen", "found"), [(True, False), (False, False), ("doubtful", False), ("sometimes", True)]
)
def test_the_check_knows_the_choices(chosen, found, option):
    option(REVIEW=chosen)
    ids = {message.id for message in run_checks()}
    assert ("product_isolation.E040" in ids) is found


def test_the_check_says_what_is_not_installed(doubtful, monkeypatch):
    monkeypatch.setattr(verdict.measuring, "is_there", lambda module: module != "cv2")
    [message] = [one for one in run_checks() if one.id == "product_isolation.W032"]
    assert "opencv-python-headless" in message.msg
