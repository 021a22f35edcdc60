"""Bringing a local image to Runflow: declare it, send it, confirm it (contract, section 2.7).

None of the three steps costs anything, so each is repeated on passing trouble. Must not know what
is uploaded or why.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, TypeVar

from django_product_isolation.fetching import FetchError, is_loopback, send_file

from .api import CALL_SECONDS, Api
from .errors import NotReached, OutcomeUnknown, UploadFailed
from .replies import Asset, read_asset, read_upload_session

WHOLE_SECONDS = 240.0  # for all steps and their repetitions
SEND_SECONDS = 120.0  # at least
SLOWEST_LINE = 256 * 1024  # bytes a second
RETRY_PAUSES = (0.25, 0.75)  # seconds

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One file on its way to Runflow."""

    api: Api
    file: BinaryIO
    filename: str
    mime_type: str
    size: int  # bytes

    def run(self) -> Asset:
        """Take the three steps. Raises RunflowError, UploadFailed for all that may pass."""
        ends = time.monotonic() + WHOLE_SECONDS
        try:
            return self._steps(ends)
        except FetchError as error:
            failure = UploadFailed(
                code=error.code,
                detail=str(error),
                can_retry=error.code not in {"unsafe_address", "redirected"},
            )
            failure.retry_after = error.retry_after
            raise failure from error
        except OutcomeUnknown as error:
            failure = UploadFailed(
                status=error.status,
                code=error.code,
                request_id=error.request_id,
                detail=error.detail,
            )
            failure.retry_after = error.retry_after
            raise failure from error

    def _steps(self, ends: float) -> Asset:
        asset_id, url = self._declare(ends)
        try:
            self._send(url, ends)
        except FetchError as error:
            if error.code != "link_refused":
                raise
            asset_id, url = self._declare(ends)  # the link has expired: start again, once
            self._send(url, ends)
        return self._confirm(asset_id, ends)

    def _declare(self, ends: float) -> tuple[str, str]:
        body = {"filename": self.filename, "mime_type": self.mime_type, "size_bytes": self.size}
        return _repeated(
            lambda: self.api.call(
                "POST",
                "/v1/asset-uploads",
                body=body,
                reader=read_upload_session,
                seconds=_at_most(CALL_SECONDS, ends),
            )
        )

    def _send(self, url: str, ends: float) -> None:
        seconds = max(SEND_SECONDS, self.size / SLOWEST_LINE)
        _repeated(
            lambda: send_file(
                url,
                self.file,
                mime_type=self.mime_type,
                size=self.size,
                deadline=_at_most(seconds, ends),
                local_origin=self.api.base_url,
            )
        )

    def _confirm(self, asset_id: str, ends: float) -> Asset:
        allow_http = is_loopback(self.api.base_url)
        return _repeated(
            lambda: self.api.call(
                "POST",
                f"/v1/asset-uploads/{asset_id}/confirmations",
                body={},
                reader=lambda document: read_asset(document, allow_http=allow_http),
                seconds=_at_most(CALL_SECONDS, ends),
            )
        )


def _repeated(step: Callable[[], T]) -> T:
    for pause in RETRY_PAUSES:
        try:
            return step()
        except (FetchError, NotReached, OutcomeUnknown) as error:
            if not error.can_retry or error.retry_after is not None:
                raise
        time.sleep(pause)
    return step()


def _at_most(seconds: float, ends: float) -> float:
    return min(seconds, ends - time.monotonic())
