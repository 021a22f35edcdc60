"""What a rule is given: by a plain random generator in the long run, which is many times as fast,
or by hypothesis.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize
from hypothesis.stateful import rule as hypothesis_rule


@dataclass(frozen=True)
class Draw:
    """One value: ``plain`` takes it from a generator, ``strategy`` is hypothesis' way."""

    plain: Callable[[Random], Any]
    strategy: st.SearchStrategy[Any]


def between(least: int, most: int) -> Draw:
    return Draw(lambda chance: chance.randint(least, most), st.integers(least, most))


def one_of(options: Sequence[Any]) -> Draw:
    return Draw(lambda chance: chance.choice(options), st.sampled_from(options))


def some_of(options: Sequence[Any], *, least: int = 0, most: int) -> Draw:
    """So many of them, each once."""
    return Draw(
        lambda chance: chance.sample(options, chance.randint(least, most)),
        st.lists(st.sampled_from(options), min_size=least, max_size=most, unique=True),
    )


YES_OR_NO = one_of([False, True])


def rule(**draws: Draw) -> Any:
    """Something that may happen, with what it is given."""
    return _decorated(hypothesis_rule, draws)


def opening(**draws: Draw) -> Any:
    """How a story begins."""
    return _decorated(initialize, draws)


def _decorated(hypothesis_way: Any, draws: dict[str, Draw]) -> Any:
    def mark(method: Any) -> Any:
        marked = hypothesis_way(**{name: d.strategy for name, d in draws.items()})(method)
        marked.draws = draws
        return marked

    return mark


def drawn(method: Any, chance: Random) -> dict[str, Any]:
    """Values for all that ``method`` is to be given."""
    return {name: draw.plain(chance) for name, draw in method.draws.items()}
