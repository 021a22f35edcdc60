from .machine import simulate

SEED = 20261125


def test_whatever_happens_in_a_shop_the_promises_hold(world):
    totals = simulate(world, sequences=20, steps=40, start=SEED)
    assert totals.counts["steps"] > 500
    assert totals.counts["POSTs accepted"] > 20
    assert totals.counts["violations"] == 0
