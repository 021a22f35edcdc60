"""Asks for each page some times and tells its queries and its median time."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.admin import site
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.db.models import Count, Model
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from django_product_isolation.models import IsolationBatch, IsolationRun, Selection
from tests.catalogue.models import ProductImage

RUNS = "/admin/product_isolation/isolationrun/"
BATCHES = "/admin/product_isolation/isolationbatch/"
IMAGES = "/admin/catalogue/productimage/"
PLAIN = "/admin/benchmarks/plainrow/"


@dataclass(frozen=True)
class Page:
    """A request, and the plain list that it is compared with."""

    name: str
    path: str
    query: dict[str, Any] = field(default_factory=dict)
    posted: dict[str, Any] | None = None
    beside: str = PLAIN

    def ask(self, client: Client) -> Any:
        address = f"{self.path}?{urlencode(self.query)}" if self.query else self.path
        asks, meant = (client.post, 302) if self.posted else (client.get, 200)
        response = asks(address, self.posted)
        assert response.status_code == meant, f"{self.name}: {response.status_code}"
        return b"".join(response) if response.streaming else response.content


def measure_all(requests: int, bar: float, only: str) -> int:
    """Print a table; returns 1 when a page is over the bar, else 0."""
    client = staff_client()
    plain = {path: measure(client, Page("", path), requests) for path in (PLAIN, PRODUCTS)}
    print(f"\n{connection.vendor}, {requests} requests each")
    print(f"{'page':44} {'queries':>7} {'median ms':>10} {'cpu ms':>8} {'times plain':>12}")
    for path, name in ((PLAIN, "a plain list as long as the runs"), (PRODUCTS, "... the images")):
        print(row(name, *plain[path], 1))
    slow = 0
    for page in pages():
        if only in page.name:
            queries, median, own = measure(client, page, requests)
            mark = "" if median < bar else "  OVER THE BAR"
            slow += bool(mark)
            ratio = median / plain[page.beside][1]
            print(row(page.name, queries, median, own, ratio) + mark, flush=True)
    return int(bool(slow))


def row(name: str, queries: int, median: float, own: float, ratio: float) -> str:
    return f"{name:44} {queries:7} {median:10.0f} {own:8.0f} {ratio:12.1f}"


PRODUCTS = "/admin/catalogue/product/"


def staff_client() -> Client:
    """Somebody with every right but that of a superuser, whose rights cost no query."""
    staff().user_permissions.set(Permission.objects.all())
    client = Client()
    client.force_login(staff())
    return client


def staff() -> User:
    return User.objects.get(pk=2)


def measure(client: Client, page: Page, requests: int) -> tuple[int, float, float]:
    """Queries of one request; milliseconds that the median one took, and of this process's work.

    On a machine that is busy otherwise the second is the one to compare by; what a database
    server works is not in it.
    """
    page.ask(client)
    with CaptureQueriesContext(connection) as queries:
        page.ask(client)
    count, times, work = len(queries), [], []
    for _ in range(requests):
        begun, working = time.perf_counter(), time.process_time()
        page.ask(client)
        times.append((time.perf_counter() - begun) * 1000)
        work.append((time.process_time() - working) * 1000)
    return count, statistics.median(times), statistics.median(work)


def pages() -> Iterator[Page]:
    newest = IsolationRun.objects.select_related("batch").order_by("-batch__created_at")[0]
    yield from image_pages(newest.object_pk)
    yield from run_pages(newest)
    yield from batch_pages(newest.batch)
    yield from further_pages()


def image_pages(pk: str) -> Iterator[Page]:
    yield Page("image list", IMAGES, beside=PRODUCTS)
    last = {"p": last_page(ProductImage)}
    yield Page("image list, last page", IMAGES, last, beside=PRODUCTS)
    for number, query in enumerate(our_filters(ProductImage)):
        yield Page(f"image list, our filter {number}: {query}", IMAGES, query, beside=PRODUCTS)
    yield Page("image's page", f"{IMAGES}{pk}/change/", beside=PRODUCTS)
    for count in (1, 500):
        images = ProductImage.objects.exclude(pk__in=open_images())[:count]
        ticked = [str(image.pk) for image in images]
        tick = {"action": "isolate_product", "_selected_action": ticked, "index": "0"}
        yield Page(f"ticking {count} images", IMAGES, posted=tick, beside=PRODUCTS)
        yield Page(f"confirm page, {count} images", confirm(ticked), beside=PRODUCTS)


def confirm(ticked: list[str]) -> str:
    """The address of the confirm page for these images."""
    selection = Selection.objects.create(
        created_by=staff(),
        model_label="catalogue.productimage",
        site_name=site.name,
        object_pks=ticked,
        chosen=len(ticked),
    )
    return reverse("product_isolation:confirm", args=[selection.pk])


def last_page(model: type[Model]) -> int:
    return int(change_list(model).paginator.num_pages)


def change_list(model: type[Model]) -> Any:
    """What the admin's list of that model is drawn from."""
    request = RequestFactory().get("/")
    request.user = staff()
    return site.get_model_admin(model).get_changelist_instance(request)


def open_images() -> Any:
    return list(map(int, IsolationRun.objects.open().values_list("object_pk", flat=True)))


def our_filters(model: type[Model]) -> Iterator[dict[str, str]]:
    """What our own filters offer on that list, the choice for everything left out."""
    for spec in change_list(model).filter_specs:
        if type(spec).__module__.startswith("django_product_isolation"):
            yield from ({spec.parameter_name: value} for value, _ in spec.lookup_choices)


def run_pages(newest: IsolationRun) -> Iterator[Page]:
    month, day = "2020-01-01 00:00:00+00:00", newest.batch.created_at.date()
    yield Page("run list", RUNS)
    yield Page("run list, last page", RUNS, {"p": last_page(IsolationRun)})
    yield Page("run list, status applied", RUNS, {"status__exact": "applied"})
    yield Page("run list, status held", RUNS, {"status__exact": "held"})
    yield Page("run list, since 2020", RUNS, {"batch__created_at__gte": month})
    today = {"batch__created_at__gte": f"{day} 00:00:00+00:00"}
    yield Page("run list, newest day", RUNS, today)
    yield Page("run list, newest day and failed", RUNS, {**today, "status__exact": "failed"})
    for what, sought in (
        ("common word", "cup"),
        ("rare word", "no. 54321"),
        ("two words", "oak 4711"),
        ("no such word", "zyzzyva"),
        ("Runflow's id", newest.runflow_run_id or "run_000000000001"),
        ("image's key", newest.object_pk),
    ):
        yield Page(f"run list, search: {what}", RUNS, {"q": sought})
    yield Page("run list, by cost", RUNS, {"o": "6"})
    yield Page("run list, by status", RUNS, {"o": "3"})
    yield Page("run's page", f"{RUNS}{newest.pk}/change/")


def batch_pages(largest: IsolationBatch) -> Iterator[Page]:
    yield Page("batch list", BATCHES)
    yield Page("batch list, last page", BATCHES, {"p": last_page(IsolationBatch)})
    smallest = IsolationBatch.objects.annotate(size=Count("runs")).filter(size=1)[0]
    for batch in (smallest, largest):
        name = f"batch page, {batch.runs.count()} runs"
        yield Page(name, reverse("product_isolation:progress", args=[batch.pk]))


def further_pages() -> Iterator[Page]:
    """Pages that are measured where they exist."""
    found = (
        ("review queue", "review", {}),
        ("spending page, this month", "spending", {}),
        ("spending page, last month", "spending", {"period": "last-month"}),
        ("spending page, 100 days", "spending", newest_days(100)),
        ("spending page, a year: too many runs", "spending", newest_days(365)),
    )
    for name, url_name, query in found:
        try:
            yield Page(name, reverse(f"product_isolation:{url_name}"), query)
        except NoReverseMatch:
            print(f"{name:44} (there is no such page)")


def newest_days(count: int) -> dict[str, str]:
    newest = IsolationBatch.objects.latest("created_at").created_at.date()
    first = newest - timedelta(days=count - 1)
    return {"period": "days", "from": str(first), "to": str(newest)}
