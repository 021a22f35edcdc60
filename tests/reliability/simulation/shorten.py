"""A story that goes wrong, made as short as it can be while it still goes wrong in the same way."""

from typing import Any

from .machine import Step, tell

MOST_TRIES = 400


def what_goes_wrong(world: Any, story: list[Step]) -> str:
    """The first of what went against the rules, "" when nothing did."""
    try:
        tell(world, story)
    except Exception as error:  # the oracle itself may stumble over what the app did
        return (
            f"{error}" if isinstance(error, AssertionError) else f"{type(error).__name__} {error}"
        )
    return ""


def shortened(world: Any, story: list[Step]) -> list[Step]:
    """Without all steps that it does not need."""
    kind, tries = kind_of(what_goes_wrong(world, story)), 0
    size = len(story) // 2
    while size and kind:
        start = 1  # it always opens
        while start < len(story) and tries < MOST_TRIES:
            tries += 1
            shorter = story[:start] + story[start + size :]
            if kind_of(what_goes_wrong(world, shorter)) == kind:
                story = shorter
            else:
                start += size
        size //= 2
    return story


def kind_of(violation: str) -> str:
    """Which rule it is about."""
    return " ".join(violation.split()[:2])


def written_down(story: list[Step]) -> str:
    """As a literal that ``tell`` takes."""
    return "[\n" + "".join(f"    {step!r},\n" for step in story) + "]"
