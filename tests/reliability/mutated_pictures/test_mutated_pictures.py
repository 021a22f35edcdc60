import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import pytest

from .mutations import HEAVY_EVERY, mutated, parts_of
from .reference import fault_of
from .seeds import heavy, small
from .work import outcomes_of

SEED, FILES = 3, 1500
BLOCK = 250  # files that a process takes at a time
MOST_MEMORY = 600  # MB; the largest WebP that must be saved anew takes 470 by itself


def fault_of_heavy(outcome, large):
    """Judged here, not where its memory is measured."""
    if outcome.published and outcome.number % HEAVY_EVERY == 0:
        _name, body = mutated(SEED, outcome.number, large)
        return fault_of(body, outcome.published)
    return ""


@pytest.mark.long
def test_damaged_pictures_are_refused_or_published_as_they_decode():
    """In processes of their own, of which one takes one of the largest pictures."""
    large = heavy()
    blocks = [range(start, start + BLOCK) for start in range(0, FILES, BLOCK)]
    # A process of its own would start with the memory of this one if it were forked.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        done = list(pool.map(partial(outcomes_of, SEED, large), blocks))
    outcomes = [outcome for block, _memory in done for outcome in block]
    wrong = [o for o in outcomes if o.escaped or o.fault or fault_of_heavy(o, large)]
    assert [(o.number, o.fault, o.escaped) for o in wrong] == []
    assert len(outcomes) == FILES
    assert any(o.code for o in outcomes) and any(o.published for o in outcomes)
    assert max(memory for _outcomes, memory in done) < MOST_MEMORY


def test_parts_of_a_file_joined_are_the_file():
    for body in small().values():
        assert b"".join(parts_of(body)) == body
