"""Sending a callback, and deciding whether to send it again (contract, section 2.4).

Knows HTTP and the rule of three attempts; not what the callback says.
"""

import logging
import time
from collections.abc import Sequence

import requests
import urllib3

from django_product_isolation.sandbox.isolation.fetch import USER_AGENT, is_runflow
from django_product_isolation.sandbox.store.deliveries import Attempt, Deliveries, Delivery

from .behaviour import Behaviour

logger = logging.getLogger("django_product_isolation")

KEPT_OF_REPLY = 1000  # bytes


class Deliverer:
    """Sends what is due."""

    def __init__(
        self,
        deliveries: Deliveries,
        behaviour: Behaviour,
        *,
        timeout: float,
        delays: Sequence[float],
    ) -> None:
        """``timeout`` and ``delays`` (before each attempt) are in seconds."""
        self._deliveries = deliveries
        self._behaviour = behaviour
        self._timeout = timeout
        self._delays = delays

    def attempt(self, delivery_id: str) -> None:
        """Send one callback once, and record what came of it."""
        delivery = self._deliveries.get(delivery_id)
        attempt = send(delivery, self._timeout)
        self._deliveries.record(delivery, attempt, self._retry_in(delivery, attempt))
        logger.info(
            "event=sandbox_callback run_id=%s delivery_id=%s attempt=%s status=%s",
            delivery.run_id,
            delivery.id,
            delivery.attempt_count + 1,
            attempt.status_code,
        )

    def _retry_in(self, delivery: Delivery, attempt: Attempt) -> float | None:
        """Return the seconds until the next attempt, None when there is none."""
        number = delivery.attempt_count + 1
        again = attempt.is_server_error or self._behaviour["callback_retry"] == "any_failure"
        if attempt.succeeded or not again or number >= delivery.max_attempts:
            return None
        return self._delays[number]


def send(delivery: Delivery, timeout: float) -> Attempt:
    """Post the stored bytes and return what came back; redirects are not followed."""
    started, status, kept, error = time.monotonic(), None, None, None
    try:
        status, kept = post(delivery, timeout)
    except (requests.RequestException, ValueError) as failure:
        error = type(failure).__name__
    return Attempt(
        status_code=status,
        response_body=kept,
        response_time_ms=round((time.monotonic() - started) * 1000),
        error_message=error,
    )


def post(delivery: Delivery, timeout: float) -> tuple[int, str]:
    """Return the receiver's status and the beginning of its reply."""
    if is_runflow(delivery.callback_url):
        raise requests.exceptions.InvalidURL
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "Runflow-Request-Id": delivery.id,
    }
    if delivery.signature:
        headers["Runflow-Signature"] = delivery.signature
    with requests.Session() as session:
        session.trust_env = False
        with session.post(
            delivery.callback_url,
            data=delivery.payload_bytes.encode(),
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
            stream=True,
        ) as response:
            return response.status_code, beginning_of(response)


def beginning_of(response: requests.Response) -> str:
    """Return what there is to read of a reply at once; a status is an answer without it."""
    try:
        return str(response.raw.read1(KEPT_OF_REPLY), errors="replace")
    except (urllib3.exceptions.HTTPError, OSError):
        return ""
