import random

import pytest

from .crash_points import VARIANTS, Teller, errors, singles

pytestmark = pytest.mark.long

PAIRS = ERRORS = 40


@pytest.fixture
def draw():
    return random.Random(20261124)


@pytest.fixture
def teller(world):
    return Teller(world, "upload")


def test_a_process_may_die_at_any_point(teller):
    points = len(teller.trace())
    assert points > 80
    for point in range(1, points + 1):
        teller.with_deaths(point)
    assert teller.tally.deaths == points
    assert teller.tally.violations == []


@pytest.mark.parametrize("variant", VARIANTS)
def test_each_message_may_come_twice_and_any_variant_may_be_hit(variant, world, draw):
    teller = Teller(world, variant)
    for tell in draw.sample(list(singles(teller, len(teller.trace()))), 30):
        tell()
    assert teller.tally.violations == []


def test_processes_may_die_twice(teller, draw):
    points = len(teller.trace())
    for _ in range(PAIRS):
        teller.with_deaths(draw.randint(1, points), draw.randint(1, points // 2))
    assert teller.tally.deaths > PAIRS
    assert teller.tally.violations == []


def test_each_error_of_the_database_may_come_at_any_statement(teller, draw):
    for tell in draw.sample(list(errors(teller, teller.statements())), ERRORS):
        tell()
    assert teller.tally.errors == ERRORS
    assert teller.tally.violations == []
