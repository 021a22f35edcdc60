"""What must always be true (I1 to I20), looked at after every step and every change of an image."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.db import connection

from django_product_isolation.choices import OPEN_STATUSES, SHOWN_STATUSES, TRANSITIONS, Status
from django_product_isolation.host import column_named, column_number
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent
from tests.shops.catalogue.models import ProductImage

from . import pictures
from .books import hands_off
from .ears import Ears
from .questions import Question
from .rows import IMAGE, RUN, Change, Image, Run
from .secrecy import leaks
from .storage import digest

COLUMN = column_number(column_named("catalogue.productimage", "original"))


class Invariants:
    """Compares the app's rows with what the world saw."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.ears = Ears(world)
        changes = RunEvent.objects.filter(kind=RunEvent.Kind.STATUS, pk__gt=0).order_by("pk")
        self.events = Question(changes.values_list("pk", "run_id", "status", "actor_id"))
        self.all_images = Question(ProductImage.objects.order_by().values_list(*IMAGE))
        self.all_runs = Question(IsolationRun.objects.order_by().values_list(*RUN))

    def reset(self) -> None:
        self.shown: dict[int, Image] = self.read_images()
        self.last_event = 0
        self.statuses: dict[Any, str] = {}
        self.changes: list[Change] = []
        # Swapped over bytes that a person had just replaced: the file shown, hidden, as known.
        self.to_undo: dict[Any, tuple[str, str, str]] = {}
        self.runs: dict[Any, Run] = {}
        self.pruned: dict[Any, Run] = {}  # as they were when they were last seen
        self.told: list[tuple[Any, bool]] = []  # changes of images in events, whether by a person
        self.touched: dict[int, int] = {}  # images, and how many changes were before people's last
        self.ears.reset()
        self.unknowable: set[str] = set()  # files whose name died with the process that made them
        self.let_go: set[str] = set()  # files given up on purpose

    def read_images(self) -> dict[int, Image]:
        return {row[0]: Image(*row) for row in self.all_images.rows()}

    def read_runs(self) -> dict[Any, Run]:
        return {row[0]: Run(*row) for row in self.all_runs.rows()}

    def people_changed(self) -> None:
        """What is shown now is what people wanted."""
        before, self.shown = self.shown, self.read_images()
        for pk, image in before.items():
            if pk not in self.shown or self.shown[pk].original != image.original:
                self.touched[pk] = len(self.changes)
                self._forget_hidden(pk)

    def _forget_hidden(self, pk: int) -> None:
        """What a person puts on show is wanted, though it be under the name of what was undone."""
        for run in self.to_undo.keys() & self.runs.keys():
            if self.runs[run].object_pk == str(pk):
                del self.to_undo[run]

    def image_changed(self) -> None:
        """A process has committed a change of an image: was it allowed to (I7, I8, I13 to I15)?"""
        with self.world.points.outside():
            now, runs = self.read_images(), self.read_runs()
        for pk, image in now.items():
            before = self.shown.get(pk)
            if before is None or image == before:
                continue
            self._judge(before, image, runs)
        self.shown = now

    def _judge(self, before: Image, image: Image, runs: dict[Any, Run]) -> None:
        say, storage = self.world.violation, self.world.storage
        if before._replace(original="", width=0, height=0) != image._replace(
            original="", width=0, height=0
        ):
            say(f"I14 other columns were changed: {before} {image}")
        run = self._cause(before.original, image, runs)
        if run is None:
            say(f"I7 no run explains {before.original} -> {image.original}")
            return
        self.changes.append(
            Change(run.id, image.id, before.original, image.original, str(run.status))
        )
        content = storage.read(image.original)
        if content is None:
            say(f"I8 {image.original} is no file")
            return
        if (image.width, image.height) != pictures.size_of(content):
            say(f"I15 {image} has not the size of its file")
        source = storage.fingerprint(run.source_name)
        replaced = run.source_name in self.world.shop.overwritten
        if run.status == Status.APPLIED:
            if storage.fingerprint(image.original) != run.result_sha256:
                say(f"I8 unchecked bytes are shown: {image.original}")
            if self._photo_of(run) not in (None, run.source_sha256):
                say(f"I7 another photo was isolated than {run.source_name}")
            if source != run.source_sha256:
                # No lock spans both: it must be noticed and undone afterwards.
                self.to_undo[run.id] = (run.result_name, run.source_name, run.source_sha256)
                if self._lost_by_us(run):
                    say(f"I7 applied over another source: {run}")
        elif run.status == Status.RESTORED:
            if source != run.source_sha256 and self._looked_before(run):
                say(f"I13 restored to other bytes: {run}")
            if storage.fingerprint(run.result_name) not in (None, run.result_sha256):
                self.to_undo[run.id] = (run.source_name, run.result_name, run.result_sha256)
                if self.world.points.is_undisturbed:
                    say(f"I13 restored over a newer upload: {run}")
        elif image.original == run.result_name:
            if storage.fingerprint(run.result_name) == run.result_sha256:
                say(f"I7 a restore was undone, though nothing was newer: {run}")
        elif source == run.source_sha256 and not replaced:
            say(f"I7 undone, though nothing was newer: {run}")

    def _photo_of(self, run: Run) -> str | None:
        """What Runflow isolated; None where it has no such run, or found no photo."""
        ledger = self.world.runflow.ledger
        photos = [entry.photo for entry in ledger if entry.client_ref == str(run.id)]
        return digest(photos[0]) if photos and photos[0] is not None else None

    def _looked_before(self, run: Run) -> bool:
        """Whether the original was as it is now when the step looked at it."""
        return self.world.points.is_undisturbed or self._lost_by_us(run)

    def _cause(self, old: str, image: Image, runs: dict[Any, Run]) -> Run | None:
        """The run whose change of status explains it."""
        for run in runs.values():
            if run.object_pk != str(image.id):
                continue
            there = (run.source_name, run.result_name)
            forth = run.status in (Status.APPLIED, Status.SUPERSEDED)
            if forth and there == (old, image.original):
                return run
            back = run.status in (Status.RESTORED, Status.SUPERSEDED)
            if back and there == (image.original, old):
                return run
        return None

    def after_step(self) -> None:
        """I1 to I4, I11 and the first of the design's own list."""
        known, self.runs = self.runs, self.read_runs()
        for pk in known.keys() - self.runs.keys():
            self.pruned[pk] = known[pk]
        for pk in known.keys() & self.runs.keys():
            for name in ("source_name", "result_name"):
                if not getattr(self.runs[pk], name):
                    self.let_go.add(getattr(known[pk], name))
        self._one_open()
        self._allowed_edges()
        self._files()
        hands_off(self.world, self.runs, self.unknowable)
        self._one_column()
        self.world.orders.load_order(self.runs)

    def _one_open(self) -> None:
        say = self.world.violation
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT active_key FROM product_isolation_isolationrun"
                " WHERE active_key IS NOT NULL GROUP BY active_key HAVING COUNT(*) > 1"
            )
            if cursor.fetchall():
                say("I4 two runs with the same active key")
        keys, clicks = [], []
        for run in self.runs.values():
            if (run.status in OPEN_STATUSES) != (run.active_key is not None):
                say(f"I4 {run.status} with active key {run.active_key}")
            if run.status in OPEN_STATUSES:
                keys.append(run.object_pk)
            clicks.append((run.batch_id, run.object_pk))
        if len(keys) != len(set(keys)):
            say("I4 two open runs for one image")
        if len(clicks) != len(set(clicks)):
            say("I3 two runs for one click")

    def _allowed_edges(self) -> None:
        say = self.world.violation
        for pk, run, status, actor in self.events.rows(self.last_event):
            before = self.statuses.get(run, Status.QUEUED)
            if status not in TRANSITIONS[Status(before)]:
                say(f"I11 {before} -> {status}")
            self.statuses[run] = status
            self.last_event = pk
            was_published = status == Status.APPLIED and before != Status.RESTORING
            if was_published or status == Status.RESTORED:
                self.told.append((run, actor is not None))
        for run in self.runs.values():
            if run.status != self.statuses.get(run.id, Status.QUEUED):
                say(f"I11 {run.status} without an event")

    def _files(self) -> None:
        world = self.world
        for image in self.shown.values():
            if image.original and world.storage.read(image.original) is None:
                world.violation(f"D1 the field points at no file: {image.original}")
        for run in self.runs.values():
            was_published = run.status in (*SHOWN_STATUSES, Status.RESTORED)
            if was_published and not self._let_go(run) and self._lost_by_us(run):
                world.violation(f"I1 the original is lost: {run.source_name}")

    def _let_go(self, run: Run) -> bool:
        """Whether the original was pruned, and the run's image leads back to it no more."""
        image = self.shown.get(int(run.object_pk))
        leads_back = image is not None and image.original == run.result_name != ""
        return not run.source_name or (run.source_name in self.let_go and not leads_back)

    def _lost_by_us(self, run: Run) -> bool:
        """Whether the original is gone or other than it was, though no person replaced it."""
        changed = self.world.storage.fingerprint(run.source_name) != run.source_sha256
        return changed and run.source_name not in self.world.shop.overwritten

    def _one_column(self) -> None:
        """All lists of the shop show one column: runs must be found by it from each of them."""
        for run in self.runs.values():
            if run.image_column != COLUMN:
                self.world.violation(f"I4 {run.id} is of another column")

    def at_end(self) -> None:
        """After nothing is left to do: I10, I12, I17, I20."""
        self.after_step()
        self._paid_and_known()
        self._undone()
        self._told()
        self.ears.at_end()
        self._secrets()

    def _paid_and_known(self) -> None:
        runs = [*self.runs.values(), *self.pruned.values()]
        known = {run.runflow_run_id: run for run in runs if run.runflow_run_id}
        for entry in self.world.runflow.ledger:
            run = known.get(entry.id)
            if run is None and entry.is_lost:
                continue  # nobody can know
            if run is None:
                self.world.violation(f"I12 paid and forgotten: {entry.client_ref} {entry.state}")
            elif str(run.id) != entry.client_ref:
                self.world.violation("I12 a run has the id of another one's")
            elif entry.is_over and run.cost != entry.cost:
                self.world.violation(f"I12 {run.status} shows {run.cost}, charged {entry.cost}")

    def _undone(self) -> None:
        world = self.world
        for pk, (shown, hidden, known) in self.to_undo.items():
            run = self.runs.get(pk)
            image = run and self.shown.get(int(run.object_pk))
            if not (image and image.original):
                continue
            if image.original == shown and world.storage.fingerprint(hidden) != known:
                world.violation(f"I7 a newer upload under the same name is hidden: {run}")

    def _told(self) -> None:
        """Each change of an image is in the run's events and, where a person did it, in the log."""
        changes = [c for c in self.changes if c.status != Status.SUPERSEDED]
        if len(self.told) != len(changes):
            self.world.violation(f"I20 {len(changes)} changes, {len(self.told)} events")
        runs = self.runs | self.pruned
        by_people = [runs[run].object_pk for run, by_person in self.told if by_person]
        logged = LogEntry.objects.values_list("object_id", flat=True)
        if sorted(by_people) != sorted(logged):
            self.world.violation("I20 the admin's history differs from the events")

    def _secrets(self) -> None:
        rows = [
            *IsolationBatch.objects.values_list(),
            *IsolationRun.objects.values_list(),
            *RunEvent.objects.values_list(),
            *LogEntry.objects.values_list(),
        ]
        messages = [message.body for message in self.world.broker.bag]
        for leak in leaks([*rows, *messages]):
            self.world.violation(f"I17 stored: {leak}")
