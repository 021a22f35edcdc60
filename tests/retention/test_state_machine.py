import os

import pytest

from .state_machine import Histories

SEEDS = int(os.environ.get("PRUNE_HISTORIES", "12"))
STEPS = int(os.environ.get("PRUNE_STEPS", "25"))


@pytest.mark.django_db
def test_whatever_happened_before_pruning_keeps_what_is_needed_and_nothing_else(shelf):
    """The long version: ``PRUNE_HISTORIES=2000 PRUNE_STEPS=60 pytest -s`` of this file."""
    histories = Histories(shelf)
    for seed in range(SEEDS):
        try:
            histories.play(seed, STEPS)
        except Exception as error:
            raise AssertionError(f"history {seed} of {STEPS} steps: {error}") from error
    assert histories.counted["killed"] > 0
    print(dict(histories.counted))
