"""Random histories of images, then pruning: what must hold whatever came before.

I1: what is shown can be put back byte for byte. I2: only what our rows recorded is ever deleted,
and never what is shown. I16: afterwards every file of ours is named by a row or shown.
"""

import random
from collections import Counter

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.host import target_for
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent
from django_product_isolation.retention import prune
from django_product_isolation.workflow.restore_requests import shown_runs
from tests.catalogue.models import Product, ProductImage

from .fake_storage import Shelf
from .history import applied, begun, digest, grow_old, make_image, put_back, show, shown, upload

IMAGES = 3
AGES = [
    {"results": 30},
    {"originals": 30},
    {"rows": 30},
    {"results": 1, "originals": 1, "rows": 30},
]
ENDS = [Status.REJECTED, Status.FAILED, Status.CANCELLED, Status.SUPERSEDED]


class Killed(BaseException):
    """The process ends here."""


class Histories:
    """One history after the other, on one database and one storage."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.counted: Counter[str] = Counter()

    def play(self, seed: int, steps: int) -> None:
        """Play one history. Raises AssertionError, which the same seed raises again."""
        self.random = random.Random(seed)
        self.begin()
        moves = [
            *[self.isolate] * 4,
            *[self.upload, self.upload_again, self.restore, self.end, self.leave_open],
            *[self.leave_over, self.share, self.delete, self.go_back, self.prune, self.kill],
        ]
        for _ in range(steps):
            move = self.random.choice(moves)
            self.counted[move.__name__] += 1
            move()
            self.check_shown()
        self.converge()

    def begin(self) -> None:
        for model in (RunEvent, IsolationRun, IsolationBatch, ProductImage, Product):
            model.objects.all().delete()
        self.shelf.files, self.shelf.calls = {}, []
        self.shelf.before = self.watch
        self.number, self.deadline = 0, 0
        self.ours: set[str] = set()
        self.lost: set[str] = set()
        for _ in range(IMAGES):
            make_image(f"{self.next()}", self.content())

    def next(self) -> int:
        self.number += 1
        return self.number

    def content(self) -> bytes:
        return b"photo %d" % self.next()

    def watch(self, operation: str, name: str) -> None:
        """Look at every call of the storage, and end the process when its time has come."""
        if operation == "delete":
            assert name not in self.all_shown(), f"deleted {name}, which is shown"
            assert name in self.ours, f"deleted {name}, which no row recorded"
        if self.deadline:
            self.deadline -= 1
            if not self.deadline:
                raise Killed

    def all_shown(self) -> set[str]:
        return set(ProductImage.objects.values_list("original", flat=True)) - {""}

    def image(self) -> ProductImage | None:
        images = ProductImage.objects.defer("original").order_by("pk")
        return self.random.choice(list(images) or [None])

    def isolate(self) -> None:
        image = self.image()
        if image and not self.is_open(image):
            run = applied(image)
            self.ours |= {run.source_name, run.result_name}

    def is_open(self, image: ProductImage) -> bool:
        return IsolationRun.objects.open().filter(object_pk=image.pk).exists()

    def end(self) -> None:
        if image := self.image():
            self.ours.add(begun(image, self.random.choice(ENDS)).result_name)

    def leave_open(self) -> None:
        image = self.image()
        if image and not self.is_open(image):
            begun(image, self.random.choice(sorted(OPEN_STATUSES)))

    def leave_over(self) -> None:
        runs = list(IsolationRun.objects.order_by("pk"))
        if runs:
            name = f"products/isolated-{self.next():032x}.webp"
            self.shelf.files[name] = b"half"
            self.ours.add(name)
            self.random.choice(runs).record(RunEvent.Kind.LEFTOVER, detail=name)

    def upload(self) -> None:
        if image := self.image():
            upload(image, self.content())

    def upload_again(self) -> None:
        """The storage takes a newer file under the same name, unless it is one of ours."""
        image = self.image()
        if image and "isolated" not in shown(image):
            # What stood there before is lost by the storage's own doing.
            self.lost.add(shown(image))
            upload(image, self.content(), name=shown(image))

    def restore(self) -> None:
        if image := self.image():
            for run in put_back(image):
                assert digest(self.shelf.files[shown(image)]) == run.source_sha256

    def share(self) -> None:
        """Two rows of the shop's with one file."""
        one, other = self.image(), self.image()
        if one and other and not self.is_open(other):
            show(other, shown(one))

    def go_back(self) -> None:
        """The shop's own history puts a row back at a file of its past that is still there."""
        if image := self.image():
            names = {name for name in self.shelf.files if "left" not in name}
            show(image, self.random.choice(sorted(names)))

    def delete(self) -> None:
        if ProductImage.objects.count() > 1 and (image := self.image()):
            ProductImage.objects.filter(pk=image.pk).delete()

    def prune(self) -> None:
        grow_old()
        needed = self.leading_back()
        try:
            prune(**self.random.choice(AGES))
        finally:
            assert self.leading_back() >= needed

    def leading_back(self) -> set[tuple[object, str]]:
        """The runs, with their originals, that restoring again and again leads through."""
        names = dict(ProductImage.objects.values_list("pk", "original"))
        steps = {str(pk): name for pk, name in names.items() if name}
        found: set[tuple[object, str]] = set()
        while runs := shown_runs(target_for(ProductImage), steps):
            kept = [run for run in runs.values() if run.source_name in self.shelf.files]
            found |= {(run.pk, run.source_name) for run in kept}
            steps = {run.object_pk: run.source_name for run in kept}
        return found

    def kill(self) -> None:
        self.deadline = self.random.randint(1, 12)
        try:
            self.prune()
        except Killed:
            self.counted["killed"] += 1
        self.deadline = 0

    def check_shown(self) -> None:
        """Every image opens, and every result that is shown leads back to its original."""
        target = target_for(ProductImage)
        names = dict(ProductImage.objects.values_list("pk", "original"))
        assert set(names.values()) - {""} <= set(self.shelf.files)
        for run in shown_runs(target, {str(pk): name for pk, name in names.items()}).values():
            if run.source_name in self.lost or not run.source_name:
                continue
            assert digest(self.shelf.files[run.source_name]) == run.source_sha256

    def converge(self) -> None:
        """Prune until nothing changes: no file of ours is left that nobody knows."""
        before = None
        while before != (before := self.state()):
            grow_old()
            listed: list[str] = []
            planned = prune(**AGES[-1], dry_run=True, tell=listed.append)
            told: list[str] = []
            done = prune(**AGES[-1], tell=told.append)
            assert told == listed
            assert (done.runs, done.batches) == (planned.runs, planned.batches)
        runs = IsolationRun.objects.all()
        known = self.all_shown()
        for column in ("source_name", "result_name"):
            known |= set(runs.values_list(column, flat=True))
        ours = {name for name in self.shelf.files if "isolated" in name}
        assert ours <= known, ours - known
        self.check_shown()

    def state(self) -> tuple[object, ...]:
        return (
            sorted(self.shelf.files),
            list(IsolationRun.objects.order_by("pk").values_list("source_name", "result_name")),
        )
