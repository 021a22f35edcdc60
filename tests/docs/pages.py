"""The Markdown that people read: its code blocks and tables, as tests look at them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted(path for path in DOCS.rglob("*.md") if "_build" not in path.parts),
]

BLOCK = re.compile(
    r"(?:<!-- (?P<label>[^>]+) -->\n)?"
    r"^(?P<indent> *)```(?P<language>[^\n`]*)\n(?P<code>.*?)^(?P=indent)```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True)
class Block:
    """``label`` stands in a comment above the block and says which test runs it."""

    page: str
    line: int
    language: str
    label: str
    code: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def first_line(self) -> str:
        return self.code.partition("\n")[0]

    @property
    def example(self) -> str:
        kind, _, name = self.label.partition(": ")
        return name if kind == "example" else ""


def blocks_of(page: Path) -> Iterator[Block]:
    """All code blocks, without Sphinx's own directives."""
    text = page.read_text()
    for found in BLOCK.finditer(text):
        if not found["language"].startswith("{"):
            line = text.count("\n", 0, found.start()) + 1
            code = dedent(found["code"])
            name = str(page.relative_to(ROOT))
            yield Block(name, line, found["language"].strip(), found["label"] or "", code)


BLOCKS = [block for page in PAGES for block in blocks_of(page)]


def example(name: str) -> str:
    """The code of the one block that is labelled so."""
    [code] = [block.code for block in BLOCKS if block.example == name]
    return code


def table(page: str, name: str) -> list[list[str]]:
    """The cells of each row below the header of the table that is labelled so."""
    lines = (DOCS / page).read_text().partition(f"<!-- table: {name} -->\n")[2].splitlines()
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        cells = re.split(r"(?<!\\)\|", line.strip().strip("|"))
        rows.append([cell.strip().replace("\\|", "|") for cell in cells])
    assert len(rows) > 2, f"{page} has no table {name}"
    return rows[2:]


def named(page: str, name: str) -> list[str]:
    """What stands between backticks in the first column."""
    return [re.match(r"`([^`]+)`", row[0]).group(1) for row in table(page, name)]
