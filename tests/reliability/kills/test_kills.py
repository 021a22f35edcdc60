"""A few cells of the table: each way to die, each broker, and the embedded worker."""

import pytest

from tests.services import needs

from .cells import try_cell
from .shop import Shop, runflow

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def sandbox():
    with runflow() as server:
        yield server


@pytest.mark.parametrize("broker", ["redis", "rabbitmq"])
def test_a_run_whose_worker_dies_ends_all_the_same(broker, sandbox, tmp_path):
    with Shop(tmp_path / "stage", needs(broker), sandbox) as shop:
        for way, point in [("child-killed", "after-post"), ("soft-limit", "downloading")]:
            tally = try_cell(shop, way, point, tries=5)
            assert tally.violations == []
            assert tally.deaths == 5
