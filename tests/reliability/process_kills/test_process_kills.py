"""A few cells of the table: each way to die, each broker, and the embedded worker."""

import pytest

from tests.services import needs

from .cells import EMBEDDED_WAYS, WAYS, try_cell
from .shop import Shop, runflow

pytestmark = pytest.mark.django_db(transaction=True)

CELLS = {
    "redis": [
        ("child-killed", "after-post"),
        ("soft-limit", "downloading"),
        ("no-memory", "before-swap"),
        ("worker-killed", "after-storing"),
        ("child-killed", "before-restore"),
    ],
    "rabbitmq": [
        ("child-killed", "before-submitting"),
        ("group-stopped", "after-post"),
        ("worker-killed", "after-swap"),
        ("stopped", "decoding"),
    ],
    None: [
        ("worker-killed", "after-post"),
        ("stopped", "before-storing"),
        ("no-memory", "before-post"),
        ("worker-killed", "after-restore"),
    ],
}


@pytest.fixture(scope="module")
def sandbox():
    with runflow() as server:
        yield server


@pytest.mark.parametrize("broker", CELLS, ids=["redis", "rabbitmq", "embedded"])
def test_a_run_whose_worker_dies_ends_all_the_same(broker, sandbox, tmp_path):
    url = needs(broker) if broker else None
    with Shop(tmp_path / "stage", url, sandbox, hands=3) as shop:
        for way, point in CELLS[broker]:
            tally = try_cell(shop, way, point, tries=3)
            assert tally.violations == []
            assert (tally.deaths, tally.ended) == (3, tally.runs)


def test_every_way_to_die_is_among_these_cells():
    assert {way for cells in CELLS.values() for way, _point in cells} == set(WAYS)
    assert {way for way, _point in CELLS[None]} == set(EMBEDDED_WAYS)
