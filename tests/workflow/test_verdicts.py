"""With REVIEW = "doubtful", what nothing was found in goes live, and the rest waits with words."""

import pytest
from django.core.checks import run_checks
from django.urls import reverse

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.imaging import verdict
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import verdicts
from tests.shop import EVERYTHING, make_staff

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
    @verdict.register("grey", "The ground is grey.")
    def grey(measures, _limits):
        return 2.0 if measures.get("grey") else None

    yield
    verdict.unregister("grey")


def test_a_result_in_which_nothing_is_found_goes_live(judge, monkeypatch, image, go_on):
    compared = judge()
    monkeypatch.setattr(verdicts, "findings", lambda _measures: [])
    run = go_on(isolate(image).runs.get())
    assert (run.status, run.reason) == (Status.APPLIED, "")
    assert run.measures == WHITE
    assert compared == [(b"\xff", compared[0][1])]  # the photograph itself, a JPEG


def test_a_result_in_which_something_is_found_waits_and_says_what(
    judge, grey_is_found, image, go_on, client
):
    judge(grey=True)
    run = go_on(isolate(image).runs.get())
    assert (run.status, run.reason, run.review) == (Status.READY, Reason.DOUBTFUL, True)
    client.force_login(make_staff(*EVERYTHING))
    page = client.get(reverse("product_isolation:review")).content.decode()
    assert "The ground is grey." in page
    assert "deserves a closer look" in page
    client.post(reverse("product_isolation:review"), {"decide": f"approve:{run.pk}"})
    assert go_on(run).status == Status.APPLIED


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
