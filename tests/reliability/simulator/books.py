"""Files that processes wrote or deleted, held against what the app's own rows say of them (I2)."""

from typing import Any

from django_product_isolation.host import is_ours
from django_product_isolation.models import RunEvent
from django_product_isolation.reasons import Reason

from .rows import Run


def hands_off(world: Any, runs: dict[Any, Run], unknowable: set[str]) -> None:
    """Every file that a process wrote or deleted is one that a row of ours names.

    ``unknowable`` are files whose name died with the process that made them.
    """
    ours = {run.result_name for run in runs.values()}
    writes, world.storage.writes = world.storage.writes, []
    for write in writes:
        if write.died_with_its_name:
            unknowable.add(write.name)
        if not write.by or write.name in unknowable:
            continue
        if write.existed and write.content is not None:
            world.violation(f"I2 overwritten: {write.name}")
        if is_ours(write.name) and world.storage.read(write.name) is None:
            continue  # what did not come through whole is taken away again
        if write.name not in ours and not is_in_events(write.name):
            world.violation(f"I2 not in our books: {write.name}")
        elif not is_ours(write.name) and not was_an_original(write.name):
            world.violation(f"I2 a file of the shop's was taken for ours: {write.name}")


def was_an_original(name: str) -> bool:
    """Whether it is a file of the shop's that was let go on purpose."""
    return RunEvent.objects.filter(reason=Reason.ORIGINAL_PRUNED, detail=name).exists()


def is_in_events(name: str) -> bool:
    kinds = [RunEvent.Kind.LEFTOVER, RunEvent.Kind.PRUNED]
    return RunEvent.objects.filter(kind__in=kinds, detail=name).exists()
