"""A budget for one begins one, at every isolation level, also within the host's transaction."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
from django.db import OperationalError, connection, connections, transaction

from django_product_isolation import BudgetExceeded, isolate
from django_product_isolation.database.transactions import is_transient
from django_product_isolation.models import IsolationRun, SpendingLock
from tests.shop import make_images_without_files
from tests.shops.catalogue.models import ProductImage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
SET = {
    "mysql": "SET SESSION TRANSACTION ISOLATION LEVEL {}",
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL {}",
}
ROUNDS = 3


@pytest.fixture
def budget_for_one(settings):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "DAILY_BUDGET": "0.27"}


@pytest.fixture(params=LEVELS)
def level(request):
    if connection.vendor == "sqlite" and request.param != "SERIALIZABLE":
        pytest.skip("SQLite knows one level.")
    return request.param


def click(image, level, outer, barrier):
    """Begin one image on a connection of its own; ``outer`` is the host's transaction."""
    try:
        with connection.cursor() as cursor:
            if connection.vendor in SET:
                cursor.execute(SET[connection.vendor].format(level))
        # Where BEGIN takes SQLite's only lock, the others begin when this one has ended.
        waits = connection.vendor != "sqlite"
        with outer():
            ProductImage.objects.count()  # from here on a snapshot stands
            if waits:
                barrier.wait(60)
            isolate(image)
    except BudgetExceeded:
        return "over"
    except OperationalError as error:
        if not is_transient(error):
            raise
        return "refused by the database"
    finally:
        connections.close_all()
    return "begun"


def clicks(images, level, outer):
    barrier = threading.Barrier(len(images))
    with ThreadPoolExecutor(len(images)) as pool:
        return Counter(pool.map(lambda image: click(image, level, outer, barrier), images))


def test_a_budget_for_one_begins_one_on_its_own(budget_for_one, level):
    for _ in range(ROUNDS):
        IsolationRun.objects.all().delete()
        done = clicks(make_images_without_files(4), level, nullcontext)
        assert done == {"begun": 1, "over": 3}
        assert IsolationRun.objects.count() == 1


def test_a_budget_for_one_begins_one_within_the_hosts_transaction(budget_for_one, level):
    for _ in range(ROUNDS):
        IsolationRun.objects.all().delete()
        done = clicks(make_images_without_files(4), level, transaction.atomic)
        # Whoever reads from a snapshot may be told by the database to begin anew, not more.
        assert done["begun"] == 1
        assert done["begun"] + done["over"] + done["refused by the database"] == 4
        assert IsolationRun.objects.count() == 1


def test_the_very_first_clicks_of_a_shop_count_too(budget_for_one, level):
    SpendingLock.objects.all().delete()
    done = clicks(make_images_without_files(4), level, transaction.atomic)
    assert done["begun"] <= 1
    assert IsolationRun.objects.count() == done["begun"]


def test_several_orders_in_one_snapshot_count_what_others_began(settings, level):
    """The second order of one transaction still does not see what was begun before its first."""
    if connection.vendor == "sqlite":
        pytest.skip("Its transactions come one after another.")
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "MONTHLY_BUDGET": "0.81"}
    first, second, third, fourth = make_images_without_files(4)

    def meanwhile():
        try:
            isolate(first)
            isolate(second)
        finally:
            connections.close_all()

    with connection.cursor() as cursor:
        cursor.execute(SET[connection.vendor].format(level))
    try:
        with transaction.atomic():
            ProductImage.objects.count()
            other = threading.Thread(target=meanwhile)
            other.start()
            other.join()
            isolate(third)
            with pytest.raises(BudgetExceeded):
                isolate(fourth)
    except OperationalError as error:
        assert is_transient(error)
    finally:
        connection.close()
    assert IsolationRun.objects.count() <= 3
