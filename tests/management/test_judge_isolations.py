"""``judge_isolations`` judges old runs by other limits, beside what people decided about them."""

import io

import pytest
from django.core.management import CommandError, call_command

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.moments import at
from tests.shop import make_run
from tests.verdicts import make_judged, measures

pytestmark = pytest.mark.django_db


def judge(*arguments) -> list[str]:
    out = io.StringIO()
    call_command("judge_isolations", *arguments, stdout=out)
    return [" ".join(line.split()) for line in out.getvalue().splitlines()]


@pytest.fixture
def history():
    """Two soft results and a sharp one were approved; a softer one and a sharp one were not."""
    for outline in (6.0, 6.5, 2.0):
        make_judged(Status.APPLIED, measured=measures(outline=outline)).record("approved")
    make_judged(Status.REJECTED, measured=measures(outline=9.0))
    taken_back = make_judged(Status.RESTORED, measured=measures(outline=2.0))
    taken_back.record("approved")
    make_judged(Status.READY, measured=measures(outline=9.0))  # nobody has decided
    make_judged(Status.APPLIED, measured=measures(outline=9.0)).record("at_once")
    make_run(Status.REJECTED)  # never measured


def test_alarms_and_misses_are_counted_by_what_people_decided(history):
    told = judge()
    assert told[0] == "3 results were approved; 2 were rejected or taken back."
    assert "soft 2 (66.7%) 1 (50.0%)" in told
    assert "cut_off 0 (0.0%) 0 (0.0%)" in told
    assert told[-2:] == ["false alarms in all: 2 (66.7%)", "misses in all: 1 (50.0%)"]


def test_other_limits_judge_without_a_look_at_a_picture(history, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("A file was opened.")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._open", refuse)
    told = judge("--limit", "outline=7")
    assert "soft 0 (0.0%) 1 (50.0%)" in told
    assert told[-2:] == ["false alarms in all: 0 (0.0%)", "misses in all: 1 (50.0%)"]


def test_only_the_newest_can_be_asked_for(history):
    IsolationRun.objects.filter(status=Status.APPLIED).update(
        status_since=at("2020-01-01 00:00+00:00")
    )
    assert judge("--days", "30")[0] == "0 results were approved; 2 were rejected or taken back."


def test_it_says_when_there_is_nothing_to_judge():
    assert judge() == ["Nobody has decided about a result that was measured."]


@pytest.mark.parametrize(
    "arguments",
    [["--limit", "outlin=7"], ["--limit", "structure=7"], ["--limit", "outline=soft"]],
)
def test_a_limit_that_is_none_is_refused(arguments):
    with pytest.raises(CommandError, match=r"outlin|structure|soft"):
        judge(*arguments)


@pytest.mark.parametrize("days", ["0", "-3", "99999"])
def test_days_out_of_range_are_refused(days):
    with pytest.raises(CommandError, match="1 to 36500"):
        judge("--days", days)
