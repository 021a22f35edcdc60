"""Removing what is old, while everything else goes on (step S15): what may go, and what may not."""

from datetime import datetime, timedelta
from typing import Any

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.retention import prune
from tests.reliability.simulator.convergence import next_due
from tests.reliability.simulator.storage import digest

from .base import LONGEST_SKEW, Story
from .draws import YES_OR_NO, one_of, rule

OLD = 70  # days: more than two months, so that budgets no longer need the rows
MOST_SWEEPS = 60
MOST_ROUNDS = 10  # a result of a result of a result is removed one round after the other
EVERYTHING = {"rows": 30, "results": 1, "originals": 1}


class Pruning(Story):
    @rule(
        days=one_of([0, 1, 2, 40, OLD]),
        rows=one_of([None, 30, 60]),
        results=one_of([None, 1, 30]),
        originals=one_of([None, None, 1, 30]),
        is_dry=YES_OR_NO,
    )
    def prunes(
        self,
        days: int,
        rows: int | None,
        results: int | None,
        originals: int | None,
        is_dry: bool,
    ) -> None:
        ages = {"rows": rows, "results": results, "originals": originals}
        self.grows_old(days)
        # A form from before, sent afterwards, points at what its sender let go: as if typed in.
        self.world.shop.read_before.clear()
        if is_dry:
            self.prunes_nothing(ages)
        else:
            self.prunes_only_what_is_old(ages)

    def grows_old(self, days: int) -> None:
        """So many days in which Runflow works, and what is due is done."""
        world = self.world
        ends = world.clock.true() + timedelta(days=days)
        for _ in range(2):  # what is sent in these days is called back in them, too
            if days > 2:
                for entry in world.runflow.ledger:
                    world.runflow.finish(entry, "succeeded", ["1"])
                self.all_is_called_back()
            self.works_until(ends)
        world.clock.advance_to(ends)
        self.holds()

    def works_until(self, ends: datetime) -> None:
        for _ in range(MOST_SWEEPS):
            due = next_due()
            if due is None or due > ends:
                break
            self.world.clock.advance_to(due)
            self.world.sweep()

    def prunes_nothing(self, ages: dict[str, int | None]) -> list[str]:
        """A dry run: tells what it would do, and writes to no table and no file."""
        world = self.world
        listed: list[str] = []
        writes = world.database.writes, len(world.storage.writes)
        with self.undisturbed():
            world.work("cron", prune, **ages, dry_run=True, tell=listed.append)
        if writes != (world.database.writes, len(world.storage.writes)):
            world.violation("S15 a dry run wrote something")
        return listed

    def prunes_only_what_is_old(self, ages: dict[str, int | None]) -> list[str]:
        world = self.world
        told: list[str] = []
        before = {run.pk: run for run in IsolationRun.objects.order_by()}
        by_people = {name: world.storage.read(name) for name in world.shop.overwritten}
        world.work("cron", prune, **ages, tell=told.append)
        after = {run.pk: run for run in IsolationRun.objects.order_by()}
        for pk, run in before.items():
            self.judge(run, after.get(pk), ages)
        known = {run.source_sha256 for run in before.values()}
        for name, content in by_people.items():
            kept = world.storage.read(name) is not None
            if content is not None and not kept and digest(content) not in known:
                world.violation(f"I2 what a person put there was deleted: {name}")
        self.world.invariants.after_step()
        return told

    def judge(self, old: Any, new: Any, ages: dict[str, int | None]) -> None:
        """Whether what a run knows no longer was old enough, and nobody's any more."""
        is_open = old.status in OPEN_STATUSES
        if new is None:
            if is_open or old.due_at or not self.is_old(old, ages["rows"]):
                self.world.violation(f"S15 a run was removed too early: {old.status}")
            return
        let_go = old.source_name and not new.source_name
        if let_go and (old.status != Status.APPLIED or not self.is_old(old, ages["originals"])):
            self.world.violation(f"S15 an original was let go too early: {old.source_name}")
        removed = old.result_name and not new.result_name
        if removed and (is_open or not self.is_old(old, ages["results"])):
            self.world.violation(f"S15 a result was removed too early: {old.result_name}")

    def is_old(self, run: Any, days: int | None) -> bool:
        """By the clock of anybody whose clock is wrong."""
        if days is None:
            return False
        return run.status_since - 2 * LONGEST_SKEW <= self.world.clock.true() - timedelta(days=days)

    def ends(self) -> None:
        """In the end all is pruned that can be: then nothing of ours lies about (I16)."""
        super().ends()
        world = self.world
        world.clock.advance(timedelta(days=OLD).total_seconds())
        for _ in range(MOST_ROUNDS):
            listed = self.prunes_nothing(EVERYTHING)
            told = self.prunes_only_what_is_old(EVERYTHING)
            if told != listed:
                world.violation(f"S15 a dry run told {listed}, and it was {told}")
            if not told:
                break
        else:
            world.violation(f"S15 it never ends: {told}")
        known = {image.original for image in world.invariants.shown.values()}
        for run in world.invariants.runs.values():
            known |= {run.source_name, run.result_name}
        known |= set(RunEvent.objects.filter(kind="leftover").values_list("detail", flat=True))
        for name in sorted(set(world.storage.files) - known - world.invariants.unknowable):
            if "isolated-" in name:
                world.violation(f"I16 nobody knows of {name}")
        world.check()
