"""The callback of a finished run: its bytes, its signature, its place in the queue.

Knows the contract's section 2.4: serialised once, stored, signed, sent unchanged. Sending is
``delivery``'s work.
"""

import json
import secrets
import time

from django_product_isolation.sandbox.api.records import Records
from django_product_isolation.sandbox.store.callback_secrets import CallbackSecret, CallbackSecrets
from django_product_isolation.sandbox.store.deliveries import Deliveries, Delivery
from django_product_isolation.sandbox.store.runs import Run

from .signing import callback_signature


class Callbacks:
    """Puts callbacks in the queue."""

    def __init__(
        self, records: Records, callback_secrets: CallbackSecrets, deliveries: Deliveries
    ) -> None:
        self._records = records
        self._secrets = callback_secrets
        self._deliveries = deliveries

    def announce(self, run: Run) -> None:
        """Queue the automatic callback of a run that has just ended, if it is to have one."""
        faults = run.fault_options
        if not run.callback_url or "no_callback" in faults:
            return
        due_at = None if "callback_before_reply" in faults else time.time()
        for _ in range(2 if "callback_twice" in faults else 1):
            self.queue(run, run.callback_url, is_automatic=True, due_at=due_at)

    def queue(
        self, run: Run, callback_url: str, *, is_automatic: bool, due_at: float | None
    ) -> Delivery:
        """Record a callback with a payload of the run's present state."""
        payload = json.dumps(self._records.callback(run), separators=(",", ":")).encode()
        secret = self._signing_secret(run)
        if secret:
            self._secrets.mark_used(secret)
        return self._deliveries.create(
            run_id=run.id,
            callback_url=callback_url,
            payload=payload,
            signature=signature(run, secret, payload),
            signing_secret_id=secret.id if secret else None,
            is_automatic=is_automatic,
            due_at=due_at,
        )

    def _signing_secret(self, run: Run) -> CallbackSecret | None:
        if "callback_second_secret" in run.fault_options:
            return self._secrets.newest_other(run.org_id)
        return self._secrets.current(run.org_id)


def signature(run: Run, secret: CallbackSecret | None, payload: bytes) -> str | None:
    """Return the value of the signature header, None for no header."""
    faults = run.fault_options
    if secret is None or "callback_no_signature" in faults:
        return None
    if "callback_bad_signature" in faults:
        return callback_signature(secret.secret, payload + secrets.token_bytes(1))
    value = callback_signature(secret.secret, payload)
    return value.upper() if "callback_upper_signature" in faults else value
