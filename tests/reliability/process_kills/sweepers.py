"""Several sweepers over the same due rows: ``python -m`` and this module's name runs it alone."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier


def sweep_at_once(rows: int, sweepers: int) -> tuple[int, int, int]:
    """Let ``sweepers`` sweep ``rows`` due runs, starting together.

    The step of each needs no Runflow: its image has changed meanwhile. Returns the steps taken,
    the events written and the runs that ended; all three are ``rows`` when each was worked once.
    """
    from django.db import connections

    from django_product_isolation import isolate
    from django_product_isolation.choices import Status
    from django_product_isolation.models import IsolationRun, RunEvent
    from django_product_isolation.workflow import sweep
    from tests.catalogue.models import ProductImage
    from tests.shop import make_images_without_files

    make_images_without_files(rows)
    while (images := ProductImage.objects.exclude(pk__in=begun())).exists():
        isolate(images.order_by("pk"))
    ProductImage.objects.update(original="products/newer.jpg")
    together = Barrier(sweepers)

    def take_all() -> int:
        try:
            together.wait(30)
            return sweep(limit=rows)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(sweepers) as pool:
        steps = sum(f.result() for f in [pool.submit(take_all) for _ in range(sweepers)])
    ended = IsolationRun.objects.filter(status=Status.SUPERSEDED).count()
    return steps, RunEvent.objects.count(), ended


def begun() -> list[str]:
    """Keys of the images that have a run."""
    from django_product_isolation.models import IsolationRun

    return list(IsolationRun.objects.values_list("object_pk", flat=True))


def main(rows: int = 1000, sweepers: int = 5) -> int:
    from django.db import connection

    from .database import own_database, start_django

    start_django()
    with own_database():
        started = time.monotonic()
        steps, events, ended = sweep_at_once(rows, sweepers)
        print(
            f"{connection.vendor}: {sweepers} sweepers, {rows} rows, {steps} steps, "
            f"{events} events, {ended} ended, {time.monotonic() - started:.1f} s"
        )
    return 0 if steps == events == ended == rows else 1


if __name__ == "__main__":
    sys.exit(main())
