"""The connected parts of a black and white picture.

Knows pixels only. It works on whole rows of white pixels instead of single ones, which makes it
quick enough without any library.
"""

import re
from dataclasses import dataclass, field

from PIL import Image

WHITE = re.compile(b"\xff+")

Span = tuple[int, int, int]  # row, first column, column after the last


@dataclass(eq=False)
class Part:
    """White pixels that touch each other along their sides."""

    spans: list[Span] = field(default_factory=list)

    @property
    def area(self) -> int:
        """Pixels."""
        return sum(end - start for _, start, end in self.spans)


def find_parts(binary: Image.Image) -> list[Part]:
    """Return the parts of a picture whose pixels are 0 or 255."""
    content, width = binary.tobytes(), binary.width
    parts: list[Part] = []
    above: list[tuple[Span, Part]] = []
    for y in range(binary.height):
        here: list[tuple[Span, Part]] = []
        for match in WHITE.finditer(content, y * width, (y + 1) * width):
            span = (y, match.start() - y * width, match.end() - y * width)
            here.append((span, part_of(span, above, here, parts)))
        above = here
    return parts


def part_of(
    span: Span, above: list[tuple[Span, Part]], here: list[tuple[Span, Part]], parts: list[Part]
) -> Part:
    """Return the part that a span belongs to, joining those it connects."""
    touching = {part for (_, start, end), part in above if start < span[2] and span[1] < end}
    part = touching.pop() if touching else Part()
    if not part.spans:
        parts.append(part)
    for other in touching:
        part.spans += other.spans
        parts.remove(other)
        for row in (above, here):
            row[:] = [(s, part if p is other else p) for s, p in row]
    part.spans.append(span)
    return part


def drawn(parts: list[Part], size: tuple[int, int]) -> Image.Image:
    """Return a black picture of that size with these parts in white."""
    content = bytearray(size[0] * size[1])
    for part in parts:
        for y, start, end in part.spans:
            content[y * size[0] + start : y * size[0] + end] = b"\xff" * (end - start)
    return Image.frombytes("L", size, bytes(content))
