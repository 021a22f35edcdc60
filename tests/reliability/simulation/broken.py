"""Guards of the app broken on purpose, one at a time: the simulation has to see each."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any
from unittest import mock
from uuid import UUID

from django.core.files.base import File
from django.db.models import Q
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.database import tenants
from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.host import Target, dimension_names, result_filename
from django_product_isolation.imaging import sha256_of
from django_product_isolation.models import IsolationRun, bulk, image_columns
from django_product_isolation.models.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import file_pruning
from django_product_isolation.runflow import RunflowError, callbacks
from django_product_isolation.runflow.callbacks import RunAddress
from django_product_isolation.signals import image_applied, image_restored
from django_product_isolation.workflow import (
    advance,
    callback_hints,
    evaluation,
    publish,
    recording,
    restore_step,
    start,
    submit,
)
from django_product_isolation.workflow.outcomes import Finished, GoTo, Outcome, Swap
from django_product_isolation.workflow.timing import backoff

from .broken_outside import OUTSIDE
from .machine import story_of
from .shorten import what_goes_wrong

# The package names functions like modules.
advance = import_module(advance.__module__)
POINT_AND_GO = recording.point_and_go
OPEN_IN_ONE_GO = bulk.open_in_one_go
prune_rows = import_module("django_product_isolation.retention.pruning")


def due_leased_or_not(runs: RunQuerySet) -> RunQuerySet:
    return runs.filter(due_at__lte=DatabaseNow()).order_by("due_at")


def due_by_its_own_clock(runs: RunQuerySet) -> RunQuerySet:
    free = Q(lease_until=None) | Q(lease_until__lte=DatabaseNow())
    return runs.filter(free, due_at__lte=timezone.now()).order_by("due_at")


def as_it_is(run: IsolationRun) -> Any:
    return IsolationRun.objects.filter(pk=run.pk)


def swap_whatever_is_shown(
    target: Target, pk: str, *, old: str, new: str, size: tuple[int, int], **_: Any
) -> bool:
    columns = dict(zip(dimension_names(target.field), size, strict=True))
    columns[target.field.attname] = new  # type: ignore[assignment]
    return bool(target._owner().filter(pk=pk).update(**columns))


def swap_without_dimensions(
    target: Target, pk: str, *, old: str, new: str, size: tuple[int, int], **_: Any
) -> bool:
    rows = target._owner().filter(pk=pk, **{target.field.attname: old})
    return bool(rows.update(**{target.field.attname: new}))


def send_again(run: IsolationRun, client: Any, request: Any, **_before: str) -> Outcome:
    try:
        return submit.accepted(run, client.create_run(request))
    except RunflowError:
        again = {"attempts": run.attempts}
        due_at = backoff(run.attempts)
        return GoTo(Status.QUEUED, Reason.NOT_REACHED, due_at=due_at, changes=again)


def take_any_original(run: IsolationRun, target: Target) -> Any:
    if problem := restore_step.newer(run, target):
        return problem
    return target.find_fingerprint(run.source_name) or Reason.ORIGINAL_MISSING


def nothing_newer(run: IsolationRun, target: Target) -> None:
    """Whatever stands under the result's name."""


def open_without_key(keys: Any, **options: Any) -> Any:
    return OPEN_IN_ONE_GO(dict.fromkeys(keys), **options)


def restore_whoever_moved(run: IsolationRun, outcome: Swap) -> bool:
    """The field follows the run's status, whether or not that changed."""
    swapped = bool(POINT_AND_GO(run, outcome))
    if outcome.status != Status.RESTORED:
        return swapped
    old, new, size = outcome.old, outcome.new, outcome.shown.size
    return bool(run.target.swap(run.object_pk, old=old, new=new, size=size))


def apply_unseen(run: IsolationRun) -> Outcome:
    """Without a look at the original's bytes, or at whether it was let go afterwards."""
    result = run.target.find_fingerprint(run.result_name)
    if result is None:
        return GoTo(Status.HELD, Reason.RESULT_MISSING)
    ended = GoTo(Status.SUPERSEDED, Reason.IMAGE_CHANGED)
    approval, old, new = publish.approval_of(run), run.source_name, run.result_name
    return Swap(
        Status.APPLIED,
        old,
        new,
        result,
        approval.actor if approval else run.batch.created_by,
        missed=lambda _run: ended,
        refused=lambda _run, _words: ended,
    )


def undo_by_one_look(target: Target, name: str, sha256: str) -> Any:
    return target.find_fingerprint(name)


def advance_or_raise(pk: UUID) -> bool:
    run = IsolationRun.objects.claim(pk)
    if run is None:
        return False
    recording.record(run, advance.STEPS[run.status](run))
    return True


def keep_file_unasked(run: Any, target: Any, result: Any, facts: Any) -> tuple[str, str]:
    """Writes the file before its name, and does not read it back."""
    digest, _size = sha256_of(result)
    path = target.path_for(run.object_pk, result_filename(facts.extension))
    name = target.store(path, File(result))
    return name, digest


def keep_file_over_the_original(run: Any, target: Any, result: Any, facts: Any) -> tuple[str, str]:
    """Writes where ``upload_to`` by a product's number would lead."""
    digest, _size = sha256_of(result)
    return target.storage.save(run.source_name, File(result)), digest


def delete_first(pruning: Any, free: list[Any]) -> list[Any]:
    for file in free:
        pruning.target.delete(file.name)
    return [file for file in free if file.given_up or pruning.forget(file)]


def whatever_it_holds(pruning: Any, place: Target, file: Any, is_known: bool) -> bool:
    """Where a file is, by its name alone."""
    if not place.is_there(file.name):
        return True
    file.size, file.place = place.size_of(file.name), place
    return False


def token_unread(token: str) -> RunAddress:
    return RunAddress(UUID(hex=token.partition("~")[0]), tenants.ONLY)


def nobody_waits(total: Any, *, at: Any) -> None:
    """The budget is not looked at."""


def tell_unseen(signal: Any) -> Any:
    """A step that tells the shop, and does not look at the files again."""

    def step(run: IsolationRun) -> Outcome:
        target = run.target
        instance = target.instance(run.object_pk)
        return Finished(partial(signal.send_robust, target.model, run=run, instance=instance))

    return step


def rest(run: IsolationRun) -> Outcome:
    return Finished()


def patch(where: Any, **names: Any) -> Any:
    return mock.patch.multiple(where, **names)


@contextmanager
def unseen() -> Iterator[None]:
    told = mock.patch.dict(advance.STEPS, {Status.APPLIED: tell_unseen(image_applied)})
    with patch(evaluation, apply=apply_unseen), told:
        yield


BREAKS: dict[str, Any] = {
    "claim ignores the lease": lambda: patch(RunQuerySet, due=due_leased_or_not),
    "a worker's own clock says what is due": lambda: patch(RunQuerySet, due=due_by_its_own_clock),
    "a run is moved from wherever it is": lambda: patch(IsolationRun, _as_known=as_it_is),
    "a request is sent again after an ambiguous end": lambda: patch(submit, send=send_again),
    "the budget is not checked": lambda: patch(start, reserve=nobody_waits),
    "late adoption is dropped": lambda: patch(callback_hints, note_hint=lambda *_, **_due: False),
    "what ended is not settled": lambda: mock.patch.dict(
        advance.STEPS, {Status.FAILED: rest, Status.CANCELLED: rest}
    ),
    "sweep stops at an error": lambda: patch(advance, advance=advance_or_raise),
    "the callback's token is not checked": lambda: patch(callbacks, read_token=token_unread),
    "the callback's signature is not checked": lambda: patch(
        callbacks, signature_is_valid=lambda *_: True
    ),
    "swap without the condition on the source": lambda: patch(Target, swap=swap_whatever_is_shown),
    "an image is another one in another list": lambda: patch(
        Target,
        column=property(lambda target: f"{target.label}.{target.field.name}"),
        names=property(lambda target: ((target.label, target.field.name),)),
    ),
    "a run is found by its list, not by its column": lambda: patch(
        image_columns, column_named=lambda label, name: f"{label}.{name}"
    ),
    "swap leaves the dimensions": lambda: patch(Target, swap=swap_without_dimensions),
    # One of the two looks is enough, unless an upload comes right between look and swap.
    "nobody looks at the original, before a swap or after": unseen,
    "a swap over a newer upload is not undone": lambda: mock.patch.dict(
        advance.STEPS, {Status.APPLIED: tell_unseen(image_applied)}
    ),
    "a swap is undone after one look": lambda: patch(publish, read_source_twice=undo_by_one_look),
    "restore does not verify the original": lambda: patch(
        restore_step, look_at_both=take_any_original
    ),
    "restore does not look for a newer upload": lambda: patch(
        restore_step, find_newer=nothing_newer
    ),
    "a restore over a newer upload is not undone": lambda: mock.patch.dict(
        advance.STEPS, {Status.RESTORED: tell_unseen(image_restored)}
    ),
    "a restore takes no key": lambda: patch(bulk, open_in_one_go=open_without_key),
    "a stopped restore swaps all the same": lambda: patch(
        recording, point_and_go=restore_whoever_moved
    ),
    "a file is written before its name": lambda: mock.patch(
        "django_product_isolation.workflow.collect.store_result", keep_file_unasked
    ),
    "a result has the name of the original": lambda: mock.patch(
        "django_product_isolation.workflow.collect.store_result", keep_file_over_the_original
    ),
    **OUTSIDE,
    "prune does not ask who needs a file": lambda: patch(
        file_pruning, in_use=lambda *_: set(), derivations_of=lambda names: []
    ),
    "prune takes what is not old": lambda: patch(prune_rows, days_ago=lambda days: timezone.now()),
    "prune deletes a file that is another photo now": lambda: patch(
        file_pruning.FilePruning, is_missing=whatever_it_holds
    ),
}


def seen_after(asked: tuple[str, int, int, int]) -> tuple[str, int | None, str]:
    """How many stories it took to see the guard of that name broken, and as what; None if unseen.

    ``asked`` is the name, the seed, how many stories at most, and of how many steps.
    """
    from .chunks import WORLDS

    return (asked[0], *seen(WORLDS[0], *asked))


def seen(world: Any, name: str, seed: int, limit: int, steps: int) -> tuple[int | None, str]:
    with BREAKS[name]():
        for number in range(limit):
            if violation := what_goes_wrong(world, story_of(seed, number, steps)):
                return number + 1, violation.partition("\n")[0][:90]
    return None, ""
