"""One image's whole way through a Runflow that answers at once, beside the same without any care.

What it takes of a processor decides how many worker processes a shop needs.
"""

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tests.benchmarks.apart import apart, small_shop
from tests.benchmarks.instant_runflow import instant_runflow
from tests.benchmarks.registry import Measured
from tests.benchmarks.throughput.work import SIDES, picture

SOURCE_SIZE = (3000, 2000)
KEPT = "django_product_isolation.host.previews.CachePreviews"
Call = Callable[[], Any]


def measure(options: Namespace) -> Iterator[Measured]:
    for name, side in SIDES.items():
        yield apart(processor_time, name, side, options.rounds)


def processor_time(name: str, side: int, rounds: int) -> Measured:
    """Of this process, in milliseconds: of what Runflow and the disk take it only waits."""
    with ways(side) as (ours, plain):
        pairs = []
        for _ in range(rounds + 1):
            pairs.append((milliseconds(ours), milliseconds(plain)))
        return Measured(
            name=f"an image's whole way, {name}: processor time",
            beside="one plain function with the same calls",
            ours=[pair[0] for pair in pairs[1:]],  # the first loads libraries
            simpler=[pair[1] for pair in pairs[1:]],
        )


def milliseconds(prepared: Callable[[], Call]) -> float:
    call = prepared()
    begun = time.process_time()
    call()
    return (time.process_time() - begun) * 1000


@contextmanager
def ways(side: int) -> Iterator[tuple[Callable[[], Call], Callable[[], Call]]]:
    """Both: each makes an image ready, and gives what is to be measured."""
    options = {"DAILY_BUDGET": None, "MONTHLY_BUDGET": None, "PREVIEWS": KEPT}
    body = apart(picture, side)
    with instant_runflow(body) as url, small_shop(BASE_URL=url, **options):
        from django_product_isolation import isolate
        from django_product_isolation.models import IsolationRun
        from django_product_isolation.workflow import work_on
        from tests.benchmarks.plain_way import isolate_plainly
        from tests.photos import make_image

        def ours() -> Call:
            run = isolate(make_image(size=SOURCE_SIZE)).runs.get()

            def go() -> None:
                while IsolationRun.objects.filter(pk=run.pk, due_at__isnull=False).exists():
                    work_on(run.pk)
                run.refresh_from_db()
                assert run.status == "applied", (run.status, run.reason)

            return go

        def plain() -> Call:
            image = make_image(size=SOURCE_SIZE)
            return lambda: isolate_plainly(image.pk)

        yield ours, plain
