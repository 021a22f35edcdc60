"""The rooms of the package: each knows only rooms below it, so that there is no circle."""

import ast
from pathlib import Path

import pytest

import django_product_isolation

NAME = "django_product_isolation"
PACKAGE = Path(django_product_isolation.__file__).parent
# From the ground up. A room may import those that stand before it, and no other.
ROOMS = [
    "exports",
    "web_addresses",
    "forks",
    "shortage",
    # words and settings
    "choices",
    "reasons",
    "redaction",
    "signals",
    "conf",
    "site_clock",
    "database",
    "marketplaces",
    # the world outside
    "fetching",
    "runflow",
    "imaging",
    # what is kept, and the shop's side
    "host",
    "models",
    # the way of a run
    "spending",
    "retention",
    "workflow",
    "workers",
    "tasks",
    # what people and machines meet
    "templatetags",
    "staff",
    "admin",
    "admin.host",
    "views",
    "urls",
    "checks",
    "management",
    "apps",
    "contrib",
]
# Of the package it judges by the measures alone; pictures it opens itself.
SANDBOX_MAY_KNOW = {"choices", "imaging", "sandbox"}


def room_of(module: str) -> str:
    """The room of a dotted name below the package."""
    parts = module.split(".")
    return "admin.host" if parts[:2] == ["admin", "host"] else parts[0]


def dotted(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join((*parts, "stub") if path.suffix == ".pyi" else parts)


def imported_rooms(path: Path) -> set[str]:
    package = [NAME, *path.relative_to(PACKAGE).parts[:-1]]
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            names |= {f"{base}.{alias.name}" for alias in node.names}
    own = (name.removeprefix(f"{NAME}.") for name in names if name.startswith(f"{NAME}."))
    return {room_of(name) for name in own}


def sources() -> list[Path]:
    found = [*PACKAGE.rglob("*.py"), *PACKAGE.rglob("*.pyi")]
    return [p for p in found if "migrations" not in p.parts and p != PACKAGE / "__init__.py"]


def known_to(path: Path) -> set[str]:
    """The rooms that a module may import from."""
    room = room_of(dotted(path))
    if room == "sandbox":
        return SANDBOX_MAY_KNOW
    if path.name == "runflow_sandbox.py":
        return {"sandbox"}
    return {*ROOMS[: ROOMS.index(room) + 1]}


def test_no_module_imports_from_a_room_above_it():
    above = {dotted(path): imported_rooms(path) - known_to(path) for path in sources()}
    assert not {module: rooms for module, rooms in above.items() if rooms}


def test_every_room_of_the_package_stands_in_the_list():
    assert {room_of(dotted(path)) for path in sources()} == {*ROOMS, "sandbox"}


@pytest.mark.parametrize("folder", [PACKAGE, Path(__file__).parent], ids=lambda path: path.name)
def test_every_module_stays_under_300_lines(folder):
    modules = [path for path in folder.rglob("*.py") if "migrations" not in path.parts]
    too_long = {path.name: n for path in modules if (n := len(path.read_text().splitlines())) > 300}
    assert not too_long


def test_content_types_are_looked_up_in_one_place():
    """Django's own ways keep what they find for all tenants of a process."""
    asking = {dotted(path) for path in sources() if "ContentType" in words_of(path)}
    assert asking == {"host.content_types"}
    kept = {f"get_for_{what}" for what in ("model", "models", "id")} | {"log_action", "log_actions"}
    assert not [dotted(path) for path in sources() if kept & words_of(path)]


def words_of(path: Path) -> set[str]:
    """The names that a module imports, and the attributes that it reads."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    imported = {alias.name for n in nodes if isinstance(n, ast.ImportFrom) for alias in n.names}
    return imported | {node.attr for node in nodes if isinstance(node, ast.Attribute)}
