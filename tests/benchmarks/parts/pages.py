"""Our own pages over a long history, beside a plain list of as many rows."""

from argparse import Namespace
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Count
from django.urls import reverse

from django_product_isolation.models import IsolationBatch, IsolationRun
from tests.benchmarks.asking import (
    BATCHES,
    IMAGES,
    PLAIN,
    PLAIN_500,
    PLAIN_IMAGES,
    RUNS,
    asks,
    confirm_page,
    last_page,
    open_images,
    staff_client,
)
from tests.benchmarks.registry import Comparison
from tests.shops.catalogue.models import ProductImage

NEEDS_HISTORY = True
BAR = 3.0


def measure(options: Namespace) -> Iterator[Comparison]:
    client = staff_client()
    newest = IsolationRun.objects.select_related("batch").order_by("-batch__created_at")[0]
    plain = partial(
        Comparison, simpler=asks(client, PLAIN), beside="a plain list as long as the runs"
    )
    many = partial(
        Comparison,
        simpler=asks(client, PLAIN_500),
        beside="a plain list that shows 500 rows",
        bar=BAR,
    )
    image = f"{IMAGES}{newest.object_pk}/change/"
    yield Comparison(
        name="an image's page",
        ours=asks(client, image),
        simpler=asks(client, image.replace(IMAGES, PLAIN_IMAGES)),
        beside="the same page without the app",
    )
    images = ProductImage.objects.exclude(pk__in=open_images())[:500]
    ticked = [image.pk for image in images]
    yield many(name="confirm page, 500 images", ours=asks(client, confirm_page(ticked)))
    largest = reverse("product_isolation:progress", args=[newest.batch_id])
    yield many(name="batch page, 500 runs", ours=asks(client, largest))
    ours = asks(client, reverse("product_isolation:spending"), newest_days(100))
    yield plain(name="spending page, 100 days", ours=ours, bar=BAR)
    for name, path, query in further_pages(newest):
        yield plain(name=name, ours=asks(client, path, query))


def further_pages(newest: IsolationRun) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, path and query of each."""
    yield "spending page, a year: too many runs", spending(), newest_days(365)
    yield "spending page, this month", spending(), {}
    yield "review queue", reverse("product_isolation:review"), {}
    smallest = IsolationBatch.objects.annotate(size=Count("runs")).filter(size=1)[0]
    yield "findings page", reverse("product_isolation:findings"), {}
    yield "batch page, 1 run", reverse("product_isolation:progress", args=[smallest.pk]), {}
    yield "batch list", BATCHES, {}
    yield "batch list, last page", BATCHES, last_page(IsolationBatch)
    yield "run list", RUNS, {}
    yield "run list, last page", RUNS, last_page(IsolationRun)
    for query in ({"status__exact": "applied"}, {"status__exact": "held"}, {"o": "6"}, {"o": "3"}):
        yield f"run list, {query}", RUNS, query
    for more in ({}, {"status__exact": "held"}, {"status__exact": "rejected"}):
        yield f"run list, finding soft, {more}", RUNS, {"finding": "soft", **more}
    long_ago, today = "2020-01-01", str(newest.batch.created_at.date())
    for day in (long_ago, today):
        since = {"batch__created_at__gte": f"{day} 00:00:00+00:00"}
        yield f"run list, since {day[:4]}", RUNS, since
    yield "run list, newest day, failed", RUNS, {**since, "status__exact": "failed"}
    sought = ("cup", "no. 54321", "oak 4711", "zyzzyva", newest.runflow_run_id, newest.object_pk)
    for term in sought:
        yield f"run list, search: {term}", RUNS, {"q": term}
    yield "a run's page", f"{RUNS}{newest.pk}/change/", {}


def spending() -> str:
    return reverse("product_isolation:spending")


def newest_days(count: int) -> dict[str, str]:
    newest = IsolationBatch.objects.latest("created_at").created_at.date()
    first = newest - timedelta(days=count - 1)
    return {"period": "days", "from": str(first), "to": str(newest)}
