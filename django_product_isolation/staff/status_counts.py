"""How many runs of a batch are in each status, as links that show the cards of one status alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.safestring import SafeString

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun

from .run_cards import badge, status_text

PARAMETER = "status"
BEING_PUBLISHED = "publishing"  # a result that is ready, and waits for nobody
SINCE = "since"  # of a page that keeps itself up to date, when it asks for what changed
DECIDED = "decided"  # and comes from a decision, of which something is said
NOT_KEPT = (
    PARAMETER,
    "page",
    "run",
    SINCE,
    DECIDED,
)  # of the address, when another status is chosen


@dataclass(frozen=True)
class StatusCount:
    """One status of a page's runs, for a template."""

    key: str
    badge: SafeString
    url: str
    is_chosen: bool


def status_key(run: IsolationRun) -> str:
    """Tells apart what has a name of its own on cards."""
    return BEING_PUBLISHED if run.status == Status.READY and not run.review else run.status


def chosen_status(request: HttpRequest, runs: Sequence[IsolationRun]) -> str:
    """The key that the address names; "" for none, and for one that no run has by now."""
    asked = request.GET.get(PARAMETER, "")
    return asked if any(status_key(run) == asked for run in runs) else ""


def counts_by_status(
    request: HttpRequest, runs: Sequence[IsolationRun], chosen: str
) -> list[StatusCount]:
    """Each status that some of ``runs`` have, in the order in which a run goes through them."""
    counts = Counter(map(status_key, runs))
    examples = {status_key(run): run for run in runs}
    order = list(Status)
    found = []
    for key, run in sorted(examples.items(), key=lambda item: order.index(Status(item[1].status))):
        text = f"{status_text(run)}: {counts[key]}"
        url = address_of(request, key)
        found.append(StatusCount(key, badge(run.status, text), url, key == chosen))
    return found


def address_of(request: HttpRequest, key: str) -> str:
    """This page with the cards of one status, "" for all."""
    query = request.GET.copy()
    for name in NOT_KEPT:
        query.pop(name, None)
    if key:
        query[PARAMETER] = key
    return f"{request.path}?{query.urlencode()}" if query else request.path
