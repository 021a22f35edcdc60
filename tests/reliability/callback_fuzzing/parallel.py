"""The same thing done by many at once, on whichever database the tests run on.

Each round begins with threads that wait for one another, and has connections of its own.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, connections
from django.test import Client

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, SpendingLock
from django_product_isolation.signals import work_due
from django_product_isolation.workflow import BudgetExceeded
from tests.moments import overdue
from tests.shop import choose, press, quote_on
from tests.shops.catalogue.models import Product, ProductImage

from .forgeries import sign
from .generator import NEW
from .rows import Known, make_run


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all jobs at the same moment, each on a thread and a connection of its own."""
    barrier = threading.Barrier(len(jobs))

    def work(job: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            barrier.wait(60)
            return job()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(work, jobs))


class Shop:
    """Two of the staff, and what a round starts from."""

    def __init__(self) -> None:
        settings.PRODUCT_ISOLATION["SIGNING_SECRETS"] = [NEW]
        self.staff = [User.objects.create_superuser(f"staff-{uuid4().hex}") for _ in range(2)]

    def clients(self) -> list[Client]:
        found = [Client(enforce_csrf_checks=False) for _ in self.staff]
        for client, user in zip(found, self.staff, strict=True):
            client.force_login(user)
        return found

    def waiting_run(self, status: Status = Status.PROCESSING) -> Known:
        batch = IsolationBatch.objects.create(
            model_label="catalogue.productimage",
            field_name="original",
            aspect_ratio="1:1",
            resolution="2K",
            unit_price="0.27",
        )
        return make_run(batch, status)


def make_images(count: int) -> list[ProductImage]:
    product = Product.objects.create(name="Mug")
    return [
        ProductImage.objects.create(
            product=product, original=f"products/{uuid4().hex}.jpg", width=1, height=1
        )
        for _ in range(count)
    ]


def forget_spending() -> None:
    """As on the day the app was installed: nothing spent, and nobody has counted yet."""
    IsolationBatch.objects.all().delete()
    SpendingLock.objects.all().delete()


def the_same_event_is_noted_once(shop: Shop, rounds: int, deliveries: int = 20) -> None:
    for number in range(rounds):
        run = shop.waiting_run((Status.PROCESSING, Status.SUBMITTING)[number % 2])
        document = {
            "event": "run.completed",
            "run_id": run.runflow_run_id,
            "status": "succeeded",
            "metadata": {"run": str(run.pk)},
        }
        body = json.dumps(document).encode()
        headers = {"Runflow-Signature": sign(body, NEW)}

        def deliver(run=run, body=body, headers=headers) -> int:
            client = Client(enforce_csrf_checks=True, raise_request_exception=False)
            return client.post(run.path, body, "application/json", headers=headers).status_code

        assert Counter(at_once([deliver] * deliveries)) == {200: deliveries}
        row = IsolationRun.objects.get(pk=run.pk)
        assert row.status == run.status
        assert run.runflow_run_id in (row.runflow_run_id, row.hinted_run_ids)
        assert row.due_at is not None
        assert row.called_back_at is not None
        assert not row.events.exists()


def a_double_click_orders_once(shop: Shop, rounds: int) -> None:
    for _ in range(rounds):
        images = make_images(3)
        first, _other = shop.clients()
        address = choose(first, images)
        quote = quote_on(first.get(address))
        nudged: list[Any] = []

        def listen(run_ids: list[Any], nudged: list[Any] = nudged, **_: Any) -> None:
            nudged.extend(run_ids)

        work_due.connect(listen)
        try:
            press_it = partial(press, first, address, quote=quote)
            replies = at_once([press_it, press_it])
        finally:
            work_due.disconnect(listen)
        assert [reply.status_code for reply in replies] == [302, 302]
        assert len({reply["Location"] for reply in replies}) == 1
        runs = IsolationRun.objects.filter(object_pk__in=[image.pk for image in images])
        (batch,) = set(runs.values_list("batch", flat=True))
        assert str(batch) in address
        assert runs.count() == 3
        assert len(nudged) == 3


def two_people_order_an_image_once(shop: Shop, rounds: int) -> None:
    for _ in range(rounds):
        images = make_images(2)
        # Each chose the images in an order of their own.
        clients = shop.clients()
        addresses = map(choose, clients, (images, images[::-1]))
        jobs = [
            partial(press, client, address, quote=quote_on(client.get(address)))
            for client, address in zip(clients, addresses, strict=True)
        ]
        replies = at_once(jobs)
        assert sorted(reply.status_code for reply in replies) == [200, 302]
        (page,) = (reply.content.decode() for reply in replies if reply.status_code == 200)
        assert "can be isolated now." in page
        assert "is being isolated already" in page
        for image in images:
            assert IsolationRun.objects.filter(object_pk=image.pk).count() == 1


def a_budget_for_three_begins_three(shop: Shop, rounds: int) -> None:
    for number in range(rounds):
        budget = ("DAILY_BUDGET", "MONTHLY_BUDGET")[number % 2]
        forget_spending()
        images = make_images(10)
        settings.PRODUCT_ISOLATION[budget] = "0.81"
        try:
            done = at_once([lambda image=image: click(image) for image in images])
        finally:
            del settings.PRODUCT_ISOLATION[budget]
        assert Counter(done) == {"begun": 3, "over": 7}, budget
        assert IsolationRun.objects.count() == 3


def click(image: ProductImage) -> str:
    try:
        isolate(image)
    except BudgetExceeded:
        return "over"
    return "begun"


def a_double_click_within_the_budget_is_no_overdraft(shop: Shop, rounds: int) -> None:
    settings.PRODUCT_ISOLATION["DAILY_BUDGET"] = "0.27"
    try:
        for _ in range(rounds):
            forget_spending()
            (image,), token = make_images(1), uuid4()
            batches = at_once([lambda i=image, t=token: isolate(i, token=t).pk] * 4)
            assert set(batches) == {token}
    finally:
        del settings.PRODUCT_ISOLATION["DAILY_BUDGET"]


def one_of_forty_claims_a_run(shop: Shop, rounds: int) -> None:
    for _ in range(rounds):
        run = shop.waiting_run()
        IsolationRun.objects.filter(pk=run.pk).update(due_at=overdue())
        claimed = at_once([lambda pk=run.pk: IsolationRun.objects.claim(pk)] * 40)
        assert sum(row is not None for row in claimed) == 1
        assert IsolationRun.objects.get(pk=run.pk).attempts == 1


ROUNDS: dict[str, Callable[[Shop, int], None]] = {
    play.__name__: play
    for play in (
        the_same_event_is_noted_once,
        a_double_click_orders_once,
        two_people_order_an_image_once,
        a_budget_for_three_begins_three,
        a_double_click_within_the_budget_is_no_overdraft,
        one_of_forty_claims_a_run,
    )
}
