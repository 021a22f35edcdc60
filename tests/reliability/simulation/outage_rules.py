"""What passes by itself within an hour: it ends no run, and asks nobody."""

from contextlib import AbstractContextManager
from errno import ENOMEM
from typing import Any
from unittest import mock

from django_product_isolation.choices import Status
from django_product_isolation.imaging import decoding
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason

from .base import images, rounds
from .draws import YES_OR_NO, between, one_of, rule
from .fault_rules import Trouble

HOUR = 3600  # seconds
OVER = (Status.HELD, Status.FAILED, Status.SUPERSEDED)
GONE = {Reason.SOURCE_MISSING, Reason.RESULT_MISSING, Reason.ORIGINAL_MISSING}
BROKEN = {Reason.CRASHED, Reason.OUTPUT_UNREADABLE, Reason.SOURCE_UNREADABLE}

SHORTAGES = [MemoryError(), OSError(ENOMEM, "Cannot allocate memory")]

looks = between(1, 12)


class Outages(Trouble):
    @rule(which=images, looks=looks, then=rounds)
    def mount_is_lost(self, which: int, looks: int, then: int) -> None:
        """The folder of the files is an empty one for a while."""
        names = {image.original for image in self.world.invariants.shown.values()}
        reasons = GONE if len(names - {""}) > 1 else set()  # else nothing else shows that it is
        self.click_on([which], person=0, review=None)
        self.lasts(self.world.storage.unmounted(), looks, reasons)
        self.life_goes_on(then)

    @rule(which=images, looks=looks, said=one_of(SHORTAGES), is_sent=YES_OR_NO, then=rounds)
    def memory_is_short(
        self, which: int, looks: int, said: Exception, is_sent: bool, then: int
    ) -> None:
        """No picture can be decoded by any worker for a while."""
        self.click_on([which], person=0, review=None)
        self.life_goes_on(int(is_sent))
        full = mock.patch.object(decoding, "require_complete", side_effect=said)
        self.lasts(full, looks, BROKEN)
        self.life_goes_on(then)

    def lasts(self, outage: AbstractContextManager[Any], looks: int, reasons: set[Reason]) -> None:
        """Workers meet the outage in an hour; none of ``reasons`` may be given for it."""
        storage = self.world.storage
        known, lies = set(ended()), storage.lies
        with outage:
            for _ in range(looks):
                self.world.clock.advance(HOUR / looks)
                self.world.sweep("worker-1")
        if storage.lies > lies:
            return  # a picture that was read is broken in truth
        broken = {
            entry.client_ref
            for entry in self.world.runflow.ledger
            if not all(result.isdigit() for result in entry.output)
        }
        for pk, status, reason in set(ended()) - known:
            if reason in reasons and str(pk) not in broken:
                self.world.violation(f"I10 an outage is taken for {reason}: {pk} {status}")


def ended() -> list[tuple[Any, str, str]]:
    runs = IsolationRun.objects.filter(status__in=OVER).order_by()
    return list(runs.values_list("pk", "status", "reason"))
