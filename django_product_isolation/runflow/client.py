"""The client of Runflow's HTTP API, version 1.

Knows the routes of the contract and nothing of this app: no models, no settings. The paid request
is sent once per call; whether it may be sent again is told by the error.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any, BinaryIO
from urllib.parse import quote

from django_product_isolation.fetching import is_loopback

from .api import Api
from .errors import NotFound, Refused
from .evaluations import Evaluation, EvaluationRequest, read_evaluation
from .replies import (
    Asset,
    Run,
    as_mapping,
    is_id,
    read_balance,
    read_page,
    read_run,
    read_time,
    refs_of,
)
from .uploads import Upload

PAGE_SIZE = 200
MAX_PAGES = 25
BAD_FILTER = frozenset({400, 422})  # statuses by which a filter may be refused
PING_SECONDS = 15.0
LINKS = frozenset({"client_ref", "metadata"})  # by which a record says whose it is


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """One run to pay for. Sent again, it is sent byte for byte the same."""

    image_url: str = field(repr=False)
    aspect_ratio: str
    resolution: str
    prompt: str = ""
    callback_url: str | None = field(default=None, repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    client_ref: str
    idempotency_key: str

    @property
    def document(self) -> dict[str, Any]:
        """The body (contract, section 2.1): no field that it lacks, none that is empty."""
        image = {
            "image_url": self.image_url,
            "aspect_ratio": self.aspect_ratio,
            "resolution": self.resolution,
            "prompt": self.prompt,
        }
        document = {
            "input": {name: value for name, value in image.items() if value},
            "callback_url": self.callback_url,
            "metadata": dict(self.metadata),
            "client_ref": self.client_ref,
        }
        return {name: value for name, value in document.items() if value}


@dataclass(frozen=True, kw_only=True)
class Search:
    """What a search found, oldest first; ``is_complete``: there is no other run of ours."""

    runs: list[Run]
    is_complete: bool


@dataclass(frozen=True, kw_only=True)
class RunflowClient:
    """Runflow under one base URL, with one key, for one model.

    ``answered`` is called whenever Runflow has answered, whatever it said, unless that it is out of
    order.
    """

    base_url: str
    api_key: str = field(repr=False)
    model: str
    answered: Callable[[], None] | None = field(default=None, repr=False)

    def create_run(self, request: RunRequest) -> Run:
        """Ask for a run, which costs money. One request, whatever happens.

        Raises RunflowError, whose ``not_accepted`` tells whether a run may exist after all:
        OutcomeUnknown for the record of a run that was somebody else's, or asked for otherwise.
        """

        def read_ours(document: object) -> Run:
            run = self._read_run(document)
            if run.names_another(request.client_ref):
                raise ValueError("another run")
            return run

        model = "/".join(quote(part, safe="") for part in self.model.split("/"))
        return self._api.call(
            "POST",
            f"/v1/models/{model}/runs",
            body=request.document,
            headers={"Idempotency-Key": request.idempotency_key},
            reader=read_ours,
        )

    def get_run(self, run_id: str, ref: str, *, add_signature: bool = False) -> Run:
        """Read the run called ``ref`` with fresh links; ``add_signature`` asks for signed ones
        (section 2.2).

        Raises RunflowError: NotFound for a run that is not there, not ours, or called otherwise.
        """
        if not is_id(run_id):
            raise NotFound(code="unusable_id")

        def read_this_run(document: object) -> Run:
            run = self._read_run(document)
            if run.id.lower() != run_id.lower():
                raise ValueError("another run")
            return run

        query = {"add_signature": "true"} if add_signature else None
        run = self._api.call("GET", f"/v1/runs/{run_id}", query=query, reader=read_this_run)
        if run.names_another(ref):
            raise NotFound(code="another_run")
        return run

    def find_runs(self, ref: str, since: datetime) -> Search:
        """The runs that carry exactly ``ref``, as client_ref or as ``run`` in their metadata.

        Which filter works is not settled (section 7.19), nor whether a client_ref is kept at all:
        both filters are tried, then the newest runs are read, down to those created before
        ``since``, 5,000 at most. Raises RunflowError.
        """
        for expression in (f"client_ref.EQ:'{ref}'", f"client_ref:{ref}"):
            try:
                page = self._page(ref, {"q": expression})
            except Refused as error:
                if error.status not in BAD_FILTER:
                    raise
            else:
                if page.ours:
                    return Search(runs=_in_order(page.ours), is_complete=True)
        return self._among_newest(ref, since)

    def evaluate(self, request: EvaluationRequest) -> Evaluation:
        """Ask for an evaluation, which costs money; the same request again costs nothing more.

        Raises RunflowError (contract, section 2.12).
        """
        return self._api.call(
            "POST",
            "/v1/evaluations",
            body=request.document,
            headers={"Idempotency-Key": request.idempotency_key},
            reader=partial(read_evaluation, ref=request.client_ref),
        )

    def get_evaluation(self, evaluation_id: str, client_ref: str) -> Evaluation:
        """Read an evaluation. Raises RunflowError: NotFound for one that is not there or ours."""
        if not is_id(evaluation_id):
            raise NotFound(code="unusable_id")

        def read_this_one(document: object) -> Evaluation:
            evaluation = read_evaluation(document, ref=client_ref)
            if evaluation.id.lower() != evaluation_id.lower():
                raise ValueError("another evaluation")
            return evaluation

        return self._api.call("GET", f"/v1/evaluations/{evaluation_id}", reader=read_this_one)

    def find_evaluation(self, run_id: str, client_ref: str) -> Evaluation | None:
        """The evaluation of a run that carries exactly ``client_ref``. Raises RunflowError."""
        if not is_id(run_id):
            raise NotFound(code="unusable_id")

        def read(document: object) -> Evaluation | None:
            items, _cursor = read_page(document)
            ours = (one for one in map(as_mapping, items) if one.get("client_ref") == client_ref)
            return next((read_evaluation(one, ref=client_ref) for one in ours), None)

        return self._api.call("GET", f"/v1/runs/{run_id}/evaluations", reader=read)

    def ping(self) -> None:
        """See that Runflow answers to our key. Costs nothing. Raises RunflowError."""
        self._api.call(
            "GET", "/v1/runs", query={"limit": "1"}, reader=read_page, seconds=PING_SECONDS
        )

    def upload(self, file: BinaryIO, *, filename: str, mime_type: str, size: int) -> Asset:
        """Bring ``size`` bytes of ``file`` to Runflow, within four minutes. Raises RunflowError."""
        return Upload(
            api=self._api, file=file, filename=filename, mime_type=mime_type, size=size
        ).run()

    def balance(self) -> Decimal | None:
        """The credit left in USD; None when the answer is in no form we know."""
        return self._api.call("GET", "/v1/billing/balance", reader=read_balance)

    @property
    def _api(self) -> Api:
        return Api(base_url=self.base_url, api_key=self.api_key, answered=self.answered)

    def _read_run(self, record: object) -> Run:
        return read_run(record, allow_http=is_loopback(self.base_url))

    def _among_newest(self, ref: str, since: datetime) -> Search:
        found: list[Run] = []
        seen = {""}
        cursor = ""
        is_complete, is_linked = False, True
        for _ in range(MAX_PAGES):
            query = {"sort_by": "created_at:desc", **({"pq": cursor} if cursor else {})}
            page = self._page(ref, query)
            found += page.ours
            is_linked = is_linked and page.is_linked
            cursor = page.cursor
            is_complete = not cursor or page.reaches_behind(since)
            if is_complete or cursor in seen:
                break
            seen.add(cursor)
        return Search(runs=_in_order(found), is_complete=is_complete and is_linked)

    def _page(self, ref: str, query: Mapping[str, str]) -> "_Page":
        def read(document: object) -> _Page:
            items, cursor = read_page(document)
            records = [as_mapping(item) for item in items]
            ours = [self._read_run(record) for record in records if ref in refs_of(record)]
            return _Page(records=records, ours=ours, cursor=cursor)

        query = {"limit": str(PAGE_SIZE), **query}
        return self._api.call("GET", "/v1/runs", query=query, reader=read)


@dataclass(frozen=True, kw_only=True)
class _Page:
    """One page of the list of runs, those of ours read, and the next page's cursor."""

    records: list[Mapping[str, Any]] = field(repr=False)
    ours: list[Run]
    cursor: str

    @property
    def is_linked(self) -> bool:
        """Whether every record says whose it is, so that one of ours would have been seen."""
        return all(LINKS.intersection(record) for record in self.records)

    def reaches_behind(self, moment: datetime) -> bool:
        """Whether the runs are in order, the newest first, the last older than ``moment``."""
        times = [read_time(record.get("created_at")) for record in self.records]
        known = [time for time in times if time is not None]
        in_order = known == sorted(known, reverse=True)
        return len(known) == len(times) and in_order and bool(known) and known[-1] < moment


def _in_order(runs: list[Run]) -> list[Run]:
    """Each once. Ids are UUIDs of version 7, so their order is that of time (section 1)."""
    by_id = {run.id: run for run in runs}
    return [by_id[run_id] for run_id in sorted(by_id)]
