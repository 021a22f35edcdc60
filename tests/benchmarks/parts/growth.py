"""How callbacks, orders and pages fare with the length of the history, beside a short one.

Each length has a database of its own on SQLite, and a process.
"""

import tempfile
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.apart import apart
from tests.benchmarks.registry import Measured

LENGTHS = (1_000, 10_000, 100_000, 1_000_000)  # runs; a tenth as many images
CALLS = 7  # of each, in a round


def measure(options: Namespace) -> Iterator[Measured]:
    lengths = [length for length in LENGTHS if length <= options.runs]
    found = {length: apart(times, length, options.rounds) for length in lengths}
    shortest = found[lengths[0]]
    for length in lengths[1:]:
        for what, taken in found[length].items():
            yield Measured(
                name=f"{what}, {length:,} runs",
                beside=f"with {lengths[0]:,} runs",
                ours=taken,
                simpler=shortest[what],
                also={"plot": "growth", "line": what, "x": length, "y0": median(shortest[what])},
            )


def times(length: int, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each thing, one figure a round, over a history of so many runs."""
    import os

    file = Path(tempfile.gettempdir()) / f"product-isolation-benchmark-{length}.sqlite3"
    os.environ["DATABASE_URL"] = f"sqlite:///{file}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    import django

    django.setup()
    from tests.benchmarks.pairs import milliseconds
    from tests.benchmarks.place import prepare

    prepare(length // 10, length)
    calls = calls_of()
    for call in calls.values():
        call()
    return {
        what: [min(milliseconds(call) for _ in range(CALLS)) for _ in range(rounds)]
        for what, call in calls.items()
    }


def calls_of() -> dict[str, Any]:
    from functools import partial

    from django.urls import reverse

    from django_product_isolation.models import IsolationRun
    from django_product_isolation.workflow import Options, create_batch, plan
    from tests.benchmarks.asking import IMAGES, RUNS, asks, open_images, staff, staff_client
    from tests.benchmarks.pairs import undone
    from tests.shops.catalogue.models import ProductImage

    client = staff_client()
    free = ProductImage.objects.exclude(pk__in=open_images()).order_by("pk")
    chosen = plan(ProductImage.objects.filter(pk__in=list(free.values_list("pk", flat=True)[:5])))
    newest = IsolationRun.objects.select_related("batch").order_by("-batch__created_at")[0]
    return {
        "a callback": callback(),
        "an order of 5": undone(partial(create_batch, chosen, Options(user=staff()))),
        "the shop's list": asks(client, IMAGES),
        "the run list": asks(client, RUNS),
        "a batch": asks(client, reverse("product_isolation:progress", args=[newest.batch_id])),
        "the review queue": asks(client, reverse("product_isolation:review")),
    }


def callback() -> Any:
    """Runflow's, about a run that waits for it; the same one each time."""
    import json

    from django.test import Client

    from django_product_isolation.models import IsolationRun
    from django_product_isolation.runflow.callbacks import make_token, path_of

    run = IsolationRun.objects.order_by("pk")[0]
    IsolationRun.objects.filter(pk=run.pk).update(
        status="processing", runflow_run_id="run-of-growth"
    )
    body = json.dumps(
        {"event": "run.succeeded", "run_id": "run-of-growth", "metadata": {"run": str(run.pk)}}
    )
    client, address = Client(), path_of(make_token(run.pk))

    def call() -> None:
        response = client.post(address, body, content_type="application/json")
        assert response.status_code == 200, response.content

    return call
