"""How pruning fares with very many rows: ``python -m tests.retention.large_tables [ROWS]``."""

import os
import resource
import sys
import time
import uuid

import django
from django.test.utils import get_runner, setup_test_environment

CHUNK = 2000


def main(rows: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    from django.conf import settings

    setup_test_environment()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        measure(rows)
    finally:
        runner.teardown_databases(databases)


def measure(rows: int) -> None:
    from django_product_isolation.retention import prune

    from .fake_storage import Shelf
    from .history import field, grow_old

    shelf = Shelf()
    field().storage = shelf
    fill(rows, shelf)
    grow_old()
    shelf.calls = []
    for options in ({"dry_run": True}, {}, {}):
        before, began = peak(), time.monotonic()
        tally = prune(rows=30, results=30, originals=30, **options)
        seconds, grown = time.monotonic() - began, peak() - before
        print(f"{options} {seconds:.0f} s, memory grew {grown / 1024:.0f} MiB, {tally}", flush=True)
        shelf.calls = []


def peak() -> int:
    """The most memory this process ever held, in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def fill(rows: int, shelf) -> None:
    """A third shown, a third replaced since, a third turned down."""
    from django_product_isolation.choices import Status
    from django_product_isolation.models import IsolationRun
    from tests.catalogue.models import Product, ProductImage
    from tests.shop import make_batch

    from .history import digest

    batch, product = make_batch(), Product.objects.create(name="Mug")
    for start in range(0, rows, CHUNK):
        images, runs = [], []
        for number in range(start, min(start + CHUNK, rows)):
            source = f"products/{number}.jpg"
            result = f"products/isolated-{uuid.uuid4().hex}.webp"
            shelf.files |= {source: b"busy", result: b"clean"}
            kind = number % 3
            shown = [result, f"products/new-{number}.jpg", source][kind]
            shelf.files[shown] = b"shown"
            shelf.files[source] = b"busy"
            images.append(
                ProductImage(pk=number + 1, product=product, original=shown, width=1, height=1)
            )
            runs.append(
                IsolationRun(
                    batch=batch,
                    object_pk=str(number + 1),
                    label="Mug",
                    status=Status.REJECTED if kind == 2 else Status.APPLIED,
                    due_at=None,
                    source_name=source,
                    source_sha256=digest(b"busy"),
                    result_name=result,
                    result_sha256=digest(b"clean"),
                )
            )
        ProductImage.objects.bulk_create(images)
        IsolationRun.objects.bulk_create(runs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
