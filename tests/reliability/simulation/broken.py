"""Guards of the app broken on purpose, one at a time: the simulation has to see each."""

import uuid
from typing import Any
from unittest import mock
from uuid import UUID

from django.core.files.base import File
from django.utils import timezone

from django_product_isolation import callbacks
from django_product_isolation.choices import Status
from django_product_isolation.host import Target, dimension_columns
from django_product_isolation.models import IsolationRun
from django_product_isolation.querysets import RunQuerySet
from django_product_isolation.reasons import Reason
from django_product_isolation.runflow import RunflowError
from django_product_isolation.signals import image_restored
from django_product_isolation.workflow import (
    advance,
    begin,
    files,
    prune_files,
    publish,
    submit,
)
from django_product_isolation.workflow.timing import backoff

from .machine import story_of
from .shorten import what_goes_wrong

# The package names a function like the module.
advance = __import__(advance.__module__, fromlist=["advance"])
prune_rows = __import__("django_product_isolation.workflow.prune", fromlist=["prune"])


def due_leased_or_not(runs: RunQuerySet) -> RunQuerySet:
    return runs.filter(due_at__lte=timezone.now()).order_by("due_at")


def as_it_is(run: IsolationRun) -> Any:
    return IsolationRun.objects.filter(pk=run.pk)


def swap_whatever_is_shown(
    target: Target, pk: str, *, old: str, new: str, size: tuple[int, int]
) -> bool:
    columns = dict(zip(dimension_columns(target.field), size, strict=True))
    columns[target.field.attname] = new  # type: ignore[assignment]
    return bool(target._owner().filter(pk=pk).update(**columns))


def swap_without_dimensions(
    target: Target, pk: str, *, old: str, new: str, size: tuple[int, int]
) -> bool:
    rows = target._owner().filter(pk=pk, **{target.field.attname: old})
    return bool(rows.update(**{target.field.attname: new}))


def send_again(run: IsolationRun, client: Any, request: Any) -> None:
    try:
        sent = client.create_run(request)
    except RunflowError:
        submit.back_to_queue(run, Reason.NOT_REACHED, "", backoff(run.attempts))
    else:
        submit.accepted(run, sent)


def restore_anything(run: IsolationRun, *, user: Any = None) -> Reason | None:
    if not run.source_name or not run.result_name:
        return Reason.ORIGINAL_MISSING
    target = files.target_of(run)
    source = files.find_fingerprint(target, run.source_name)
    old, new = run.result_name, run.source_name
    if source is None or not publish.swap(run, target, Status.RESTORED, old, new, source, user):
        return Reason.NOTHING_TO_RESTORE
    instance = target.instance(run.object_pk)
    image_restored.send_robust(target.model, run=run, instance=instance)
    return None


def apply_unseen(run: IsolationRun) -> None:
    """Without a look at the original's bytes, or at whether it was let go afterwards."""
    target = files.target_of(run)
    result = files.find_fingerprint(target, run.result_name)
    if result is None:
        run.move_to(Status.HELD, reason=Reason.RESULT_MISSING)
        return
    actor, old, new = publish.approver(run), run.source_name, run.result_name
    if not publish.swap(run, target, Status.APPLIED, old, new, result, actor):
        run.move_to(Status.SUPERSEDED, reason=Reason.IMAGE_CHANGED)


def undo_by_one_look(target: Target, run: IsolationRun) -> Any:
    return files.find_fingerprint(target, run.source_name)


def advance_or_raise(pk: UUID) -> bool:
    run = IsolationRun.objects.claim(pk)
    if run is None:
        return False
    advance.STEPS[run.status](run)
    return True


def keep_file_unasked(run: Any, target: Any, result: Any, facts: Any) -> tuple[str, str]:
    """Writes the file before its name, and does not read it back."""
    digest, _size = files.sha256_of(result)
    path = target.path_for(run.object_pk, files.result_filename(facts.extension))
    name = target.store(path, File(result))
    return name, digest


def delete_first(pruning: Any, free: list[Any]) -> list[Any]:
    for file in free:
        pruning.target.delete(file.name)
    return [file for file in free if file.given_up or pruning.forget(file)]


def token_unread(token: str) -> UUID:
    return uuid.UUID(hex=token.partition("~")[0])


def nobody_waits(total: Any) -> None:
    """The budget is not looked at."""


def rest(run: IsolationRun) -> None:
    run.rest()


def patch(where: Any, **names: Any) -> Any:
    return mock.patch.multiple(where, **names)


BREAKS: dict[str, Any] = {
    "claim ignores the lease": lambda: patch(RunQuerySet, due=due_leased_or_not),
    "a run is moved from wherever it is": lambda: patch(IsolationRun, _as_known=as_it_is),
    "a request is sent again after an ambiguous end": lambda: patch(submit, send=send_again),
    "the budget is not checked": lambda: patch(begin, reserve=nobody_waits),
    "late adoption is dropped": lambda: patch(advance, adopt_hint=lambda *_: False),
    "what ended is not settled": lambda: mock.patch.dict(
        advance.STEPS, {Status.FAILED: rest, Status.CANCELLED: rest}
    ),
    "sweep stops at an error": lambda: patch(advance, advance=advance_or_raise),
    "the callback's token is not checked": lambda: patch(callbacks, run_pk_from_token=token_unread),
    "the callback's signature is not checked": lambda: patch(
        callbacks, signature_is_valid=lambda *_: True
    ),
    "swap without the condition on the source": lambda: patch(Target, swap=swap_whatever_is_shown),
    "an image is another one in another list": lambda: patch(
        Target,
        column=property(lambda target: f"{target.label}.{target.field.name}"),
        names=property(lambda target: ((target.label, target.field.name),)),
    ),
    "swap leaves the dimensions": lambda: patch(Target, swap=swap_without_dimensions),
    # One of the two looks is enough, unless an upload comes right between look and swap.
    "nobody looks at the original, before a swap or after": lambda: mock.patch.dict(
        advance.STEPS, {Status.READY: apply_unseen, Status.APPLIED: rest}
    ),
    "a swap over a newer upload is not undone": lambda: mock.patch.dict(
        advance.STEPS, {Status.APPLIED: rest}
    ),
    "a swap is undone after one look": lambda: patch(publish, read_alike=undo_by_one_look),
    "restore does not check the hash": lambda: patch(publish, restore_run=restore_anything),
    "a file is written before its name": lambda: mock.patch(
        "django_product_isolation.workflow.collect.keep_file", keep_file_unasked
    ),
    "prune does not ask who needs a file": lambda: patch(
        prune_files, in_use=lambda names: set(), made_from=lambda names: []
    ),
    "prune takes what is not old": lambda: patch(prune_rows, days_ago=lambda days: timezone.now()),
    "prune deletes a file that is another photo now": lambda: patch(
        prune_files, fingerprint=lambda *_: mock.Mock(sha256=mock.ANY)
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
