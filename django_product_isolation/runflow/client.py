"""The client of Runflow's HTTP API, version 1.

Knows the routes of the contract and nothing of this app: no models, no settings. The paid request
is sent once per call; whether it may be sent again is told by the error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, BinaryIO
from urllib.parse import quote

from django_product_isolation.fetching import is_loopback

from .api import Api
from .errors import (
    NotFound,
    Refused,
    RunflowError,
)
from .replies import Asset, Run, as_mapping, is_id, read_balance, read_page, read_run
from .uploads import Upload

PAGE_SIZE = 200
MAX_PAGES = 5
BAD_FILTER = frozenset({400, 422})  # statuses by which a filter may be refused


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
class RunflowClient:
    """Runflow under one base URL, with one key, for one model."""

    base_url: str
    api_key: str = field(repr=False)
    model: str

    def create_run(self, request: RunRequest) -> Run:
        """Ask for a run, which costs money. One request, whatever happens.

        Raises RunflowError, whose ``not_accepted`` tells whether a run may exist after all.
        """
        model = "/".join(quote(part, safe="") for part in self.model.split("/"))
        return self._api.call(
            "POST",
            f"/v1/models/{model}/runs",
            body=request.document,
            headers={"Idempotency-Key": request.idempotency_key},
            reader=self._read_run,
        )

    def get_run(self, run_id: str, *, add_signature: bool = False) -> Run:
        """Read a run with fresh links; ``add_signature`` asks for signed ones (section 2.2).

        Raises RunflowError: NotFound for a run that is not there or not ours.
        """
        if not is_id(run_id):
            raise NotFound(code="unusable_id")

        def read_this_run(document: object) -> Run:
            run = self._read_run(document)
            if run.id.lower() != run_id.lower():
                raise ValueError("another run")
            return run

        query = {"add_signature": "true"} if add_signature else None
        return self._api.call("GET", f"/v1/runs/{run_id}", query=query, reader=read_this_run)

    def find_runs(self, client_ref: str) -> list[Run]:
        """The runs that carry exactly ``client_ref``, oldest first. Raises RunflowError.

        Which filter works is not settled (section 7.19): both are tried, then the newest 1,000
        runs are read.
        """
        for expression in (f"client_ref.EQ:'{client_ref}'", f"client_ref:{client_ref}"):
            try:
                found, _ = self._page(client_ref, {"q": expression})
            except Refused as error:
                if error.status not in BAD_FILTER:
                    raise
            else:
                if found:
                    return _in_order(found)
        return _in_order(self._among_newest(client_ref))

    def upload(self, file: BinaryIO, *, filename: str, mime_type: str, size: int) -> Asset:
        """Bring ``size`` bytes of ``file`` to Runflow, within four minutes. Raises RunflowError."""
        return Upload(
            api=self._api, file=file, filename=filename, mime_type=mime_type, size=size
        ).run()

    def balance(self) -> Decimal | None:
        """The credit left in USD; None when the answer is in no form we know."""
        return self._api.call("GET", "/v1/billing/balance", reader=read_balance)

    def is_healthy(self) -> bool:
        """Whether Runflow answers. Needs no key and raises nothing."""
        try:
            return self._api.exchange("GET", "/v1/health").status == 200
        except RunflowError:
            return False

    @property
    def _api(self) -> Api:
        return Api(base_url=self.base_url, api_key=self.api_key)

    def _read_run(self, record: object) -> Run:
        return read_run(record, allow_http=is_loopback(self.base_url))

    def _among_newest(self, client_ref: str) -> list[Run]:
        found: list[Run] = []
        seen = {""}
        cursor = ""
        for _ in range(MAX_PAGES):
            query = {"sort_by": "created_at:desc", **({"pq": cursor} if cursor else {})}
            runs, cursor = self._page(client_ref, query)
            found += runs
            if cursor in seen:
                break
            seen.add(cursor)
        return found

    def _page(self, client_ref: str, query: Mapping[str, str]) -> tuple[list[Run], str]:
        """The runs with ``client_ref`` on one page of the list, and the next page's cursor."""

        def read_runs(document: object) -> tuple[list[Run], str]:
            records, cursor = read_page(document)
            ours = [r for r in records if as_mapping(r).get("client_ref") == client_ref]
            return [self._read_run(record) for record in ours], cursor

        query = {"limit": str(PAGE_SIZE), **query}
        return self._api.call("GET", "/v1/runs", query=query, reader=read_runs)


def _in_order(runs: list[Run]) -> list[Run]:
    """Each once. Ids are UUIDs of version 7, so their order is that of time (section 1)."""
    by_id = {run.id: run for run in runs}
    return [by_id[run_id] for run_id in sorted(by_id)]
