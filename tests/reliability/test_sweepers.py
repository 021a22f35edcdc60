"""Several sweepers over the same due rows take each once, on whichever database there is."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, RunEvent
from tests.due_steps import sweep
from tests.shop import make_images_without_files
from tests.shops.catalogue.models import ProductImage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

ROWS, SWEEPERS = 60, 5


@pytest.fixture
def due_runs():
    """Their step needs no Runflow: the images have changed meanwhile."""
    make_images_without_files(ROWS)
    isolate(ProductImage.objects.order_by("pk"))
    ProductImage.objects.update(original="products/newer.jpg")
    return IsolationRun.objects.all()


def test_five_sweepers_work_each_row_once(due_runs):
    together = Barrier(SWEEPERS)

    def take_all() -> int:
        try:
            together.wait(30)
            return sweep(limit=ROWS)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(SWEEPERS) as pool:
        sweeps = [pool.submit(take_all) for _ in range(SWEEPERS)]
        assert sum(done.result() for done in sweeps) == ROWS
    assert RunEvent.objects.count() == ROWS
    assert due_runs.filter(status=Status.SUPERSEDED).count() == ROWS
