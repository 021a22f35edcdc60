import pytest

from django_product_isolation.models import IsolationRun
from django_product_isolation.runflow.errors import RunflowError
from django_product_isolation.targets import Target
from django_product_isolation.workflow.advance import STEPS

from .machine import Simulation, simulate

SEED = 20261125


def test_whatever_happens_in_a_shop_the_promises_hold(world):
    totals = simulate(world, sequences=20, steps=40, start=SEED)
    assert totals.counts["steps"] > 500
    assert totals.counts["POSTs accepted"] > 20
    assert totals.counts["violations"] == 0


def swap_in_any_case(self, pk, *, old, new, size):
    columns = {self.field.attname: new, "width": size[0], "height": size[1]}
    return bool(self.model._base_manager.filter(pk=pk).update(**columns))


def as_if_nobody_else(self):
    return IsolationRun.objects.filter(pk=self.pk)


BREAKS = {
    "a swap over whatever is shown": (Target, "swap", swap_in_any_case),
    "every error taken for a refusal": (RunflowError, "not_accepted", True),
    "no lease looked at": (IsolationRun, "_as_known", as_if_nobody_else),
    "nothing settled": (STEPS, "failed", lambda run: run.rest()),
    "no look back after the swap": (STEPS, "applied", lambda run: run.rest()),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_promise_is_seen(name, world, monkeypatch):
    place, attribute, broken = BREAKS[name]
    if isinstance(place, dict):
        monkeypatch.setitem(place, attribute, broken)
    else:
        monkeypatch.setattr(place, attribute, broken)
    with pytest.raises(AssertionError):
        simulate(world, sequences=300, steps=40, start=SEED)
    assert Simulation.totals.counts["violations"]
