import pytest

from . import conversation, everywhere, pruning, results, shop_side
from .flow import Flow
from .matrix import FAULTS, OUTCOMES, STEPS, required
from .scenarios import SCENARIOS

PARTS = (conversation, everywhere, pruning, results, shop_side)  # each enters its scenarios
REQUIRED = required()


def test_each_cell_of_the_matrix_has_a_scenario():
    met = {(scenario.step, scenario.fault) for scenario in SCENARIOS}
    assert sorted(set(REQUIRED) - met) == []
    assert sorted(met - set(REQUIRED)) == []


def test_each_required_outcome_is_seen_or_the_design_says_why_not():
    for (step, fault), outcomes in REQUIRED.items():
        here = [s for s in SCENARIOS if (s.step, s.fault) == (step, fault)]
        strange = [s for s in here if s.outcome not in outcomes]
        assert all(s.instead for s in strange), (step, fault, strange)
        missing = outcomes - {s.outcome for s in here}
        assert not missing or strange, (step, fault, missing)


def test_the_matrix_speaks_in_words_that_are_explained():
    assert {step for step, _fault in REQUIRED} == set(STEPS)
    assert {fault for _step, fault in REQUIRED} == set(FAULTS)
    assert frozenset().union(*REQUIRED.values()) == set(OUTCOMES)


@pytest.mark.sampled(10)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
def test_fault_ends_as_it_must(scenario, world):
    scenario.play(Flow(world))
    world.check()
