"""What is asked of long tables is found by an index, on whatever database the tests run."""

import json

import pytest
from django.db import connection
from django.utils import timezone

from django_product_isolation.admin.host.state_filter import CHOICES
from django_product_isolation.choices import Status
from django_product_isolation.host import target_for
from django_product_isolation.models import IsolationRun
from tests.shop import make_batch
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db

MANY, DUE = 3000, 20


@pytest.fixture
def long_history():
    """Runs that have ended, of as many images, and among them some that are due."""
    product, batch = Product.objects.create(name="Mug"), make_batch()
    names = [f"products/{number}.jpg" for number in range(MANY)]
    ProductImage.objects.bulk_create(
        ProductImage(product=product, original=name, width=1, height=1) for name in names
    )
    keys = ProductImage.objects.order_by("pk").values_list("pk", flat=True)
    IsolationRun.objects.bulk_create(
        IsolationRun(
            batch=batch,
            object_pk=str(pk),
            label="Mug",
            source_name=name,
            status=Status.QUEUED if place < DUE else Status.FAILED,
            active_key=f"catalogue.productimage.original:{pk}" if place < DUE else None,
            due_at=timezone.now() if place < DUE else None,
        )
        for place, (pk, name) in enumerate(zip(keys, names, strict=True))
    )
    if connection.vendor == "mysql":
        return  # which counts for itself, and ends the test's transaction when it is told to
    with connection.cursor() as cursor:
        for model in (IsolationRun, ProductImage):
            cursor.execute(f"ANALYZE {model._meta.db_table}")


def plan_of(rows) -> str:
    """The database's own words for how it finds ``rows``, in lower case."""
    if connection.vendor == "sqlite":
        return rows.explain().lower()
    return json.dumps(rows.explain(format="json")).lower()


def indexes(*columns) -> set[str]:
    """The names of the indexes that begin with these columns."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, IsolationRun._meta.db_table)
    return {
        name.lower()
        for name, of in found.items()
        if of["index"] and tuple(of["columns"][: len(columns)]) == columns
    }


def test_a_sweep_finds_what_is_due_by_the_index(long_history):
    due = IsolationRun.objects.due()
    assert due.count() == DUE
    plan = plan_of(due[:1000])
    assert any(name in plan for name in indexes("due_at")), plan


@pytest.mark.parametrize("choice", CHOICES)
def test_every_choice_of_the_filter_finds_runs_by_an_index(choice, long_history):
    target = target_for(ProductImage)
    _label, narrow = CHOICES[choice]
    found = narrow(ProductImage.objects.all(), target)
    expected = {"none": 0, "working": DUE, "ended": MANY - DUE}.get(choice, 0)
    assert found.count() == expected
    if connection.vendor == "sqlite":  # elsewhere planners take a table of 3,000 rows whole
        plan = plan_of(found)
        runs = [line for line in plan.splitlines() if " u0" in line or "isolationrun" in line]
        assert all("using" in line and "index" in line for line in runs), plan
