"""What a step of a run may come to. Steps return one of these; ``recording`` writes it down.

So a step reads from top to bottom: it looks, asks, and says what is to become of the run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from django.dispatch import Signal

from django_product_isolation.choices import Status
from django_product_isolation.fetching import FetchError
from django_product_isolation.host import Fingerprint
from django_product_isolation.imaging.verdict import Finding
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import RunflowError

from .runflow_outages import Service
from .timing import MAX_ATTEMPTS


@dataclass(frozen=True)
class GoTo:
    """The run goes to ``status`` and wants attention again at ``due_at``, never when that is None.

    ``changes`` are further columns. ``then`` is a step that is taken at once, under the same lease.
    ``found`` is what was found in a result, to be kept with it.
    """

    status: Status
    reason: str = ""
    detail: str = ""
    due_at: datetime | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    then: "Step | None" = None
    found: Sequence[Finding] = ()


@dataclass(frozen=True)
class Swap:
    """The image goes from the file ``old`` to ``new`` and the run to ``status``, both or neither.

    ``shown`` is what ``new`` holds, ``actor`` who stands for it. ``missed`` says what is to become
    of the run where the image no longer shows ``old``, ``refused`` where the shop's database takes
    no such row; that is given the database's words. ``signal`` tells the shop where no later step
    does. ``unseen`` are the ids of what was found in a result that nobody approved; None where
    somebody did, or nobody looked for any.
    """

    status: Status
    old: str
    new: str
    shown: Fingerprint
    actor: Any
    missed: "Step"
    refused: Callable[[IsolationRun, str], "Outcome | None"]
    signal: Signal | None = None
    unseen: Sequence[str] | None = None


@dataclass(frozen=True)
class Wait:
    """The same step is taken again at ``until``; ``reason`` is shown meanwhile."""

    until: datetime
    reason: str = ""
    detail: str = ""
    changes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Retry:
    """The same step is taken again before long; after ``limit`` attempts a person is asked.

    ``reason`` is shown while waiting, ``give_up`` (by default the same) once a person is asked.
    """

    reason: Reason
    detail: str = ""
    give_up: Reason | None = None
    limit: int = MAX_ATTEMPTS


@dataclass(frozen=True)
class PutOff:
    """``error`` ended the step, at ``service``: it is taken again where that can help.

    ``reason`` is shown while waiting, ``give_up`` once a person is asked.
    """

    service: Service
    error: RunflowError | FetchError
    reason: Reason
    give_up: Reason


@dataclass(frozen=True)
class NotAccepted:
    """The paid request provably was not accepted, so it may be sent again where that can help.

    ``sent_with`` is the access of the requests before it.
    """

    error: RunflowError
    sent_with: str


@dataclass(frozen=True)
class RestoreRefused:
    """The original is not put back; the result stays, and ``reason`` says why."""

    reason: Reason
    detail: str = ""


@dataclass(frozen=True)
class Finished:
    """Nothing is left to do. ``tell`` is called before that is written down: at least once."""

    tell: Callable[[], Any] | None = None


@dataclass(frozen=True)
class Pause:
    """The same step is taken again at ``until``, as a matter of course: what is shown stays."""

    until: datetime


@dataclass(frozen=True)
class ToReview:
    """The result waits for a person; where one has approved it meanwhile, it goes on at once."""


Outcome: TypeAlias = (
    GoTo | Swap | Wait | Retry | PutOff | NotAccepted | RestoreRefused | Finished | ToReview | Pause
)
# None: there is nothing to write down, because somebody else was faster.
Step: TypeAlias = Callable[[IsolationRun], Outcome | None]
