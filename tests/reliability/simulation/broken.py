"""Guards of the app broken on purpose, one at a time: the simulation has to see each."""

from typing import Any

BREAKS: dict[str, Any] = {}


def seen_after(asked: tuple[str, int, int, int]) -> tuple[str, int | None, str]:
    return asked[0], None, ""
