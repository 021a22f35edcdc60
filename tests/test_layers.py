"""The floors of the package: lower ones never import higher ones."""

import ast
from pathlib import Path

import pytest

import django_product_isolation

PACKAGE = Path(django_product_isolation.__file__).parent
FLOORS = [
    {
        "choices",
        "clock",
        "conf",
        "database_clock",
        "reasons",
        "redaction",
        "signals",
        "transactions",
    },
    {"fetching"},
    {"runflow", "images", "decoding", "loading", "structure", "stripping", "colours", "variants"},
    {"callbacks"},
    {"models", "querysets", "host"},
    {"workflow"},
    {"native_tasks", "tasks", "workers"},
    {
        "admin",
        "apps",
        "checks",
        "management",
        "templatetags",
        "urls",
        "views",
    },
    {"contrib"},
]
SANDBOX_MAY_KNOW = {"choices", "sandbox"}


def floor_of(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    package = ["django_product_isolation", *path.relative_to(PACKAGE).parts[:-1]]
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            names |= {f"{base}.{alias.name}" for alias in node.names}
    own = (name.split(".") for name in names if name.startswith("django_product_isolation."))
    return {parts[1] for parts in own}


def sources() -> list[Path]:
    found = [p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts]
    return [p for p in found if p != PACKAGE / "__init__.py"]


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_no_module_imports_from_a_higher_floor(path):
    room = room_of(path)
    if room == "sandbox":
        assert imported_rooms(path) <= SANDBOX_MAY_KNOW
    elif path.name == "runflow_sandbox.py":
        assert imported_rooms(path) <= {"sandbox"}
    else:
        assert all(floor_of(other) <= floor_of(room) for other in imported_rooms(path))


def test_every_module_stays_under_300_lines():
    too_long = {str(p): n for p in sources() if (n := len(p.read_text().splitlines())) > 300}
    assert not too_long
