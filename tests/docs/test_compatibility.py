"""The table of neighbours says what is installed for the tests, and names the tests that use it."""

import re
from importlib.metadata import PackageNotFoundError, packages_distributions, version

import pytest

from tests.docs.pages import ROOT, named, table
from tests.docs.shell import project

PAGE = ("neighbours/compatibility.md", "compatibility")
ROWS = dict(zip(named(*PAGE), table(*PAGE), strict=True))
REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9_.-]+)(?:\[[^\]]*\])?(?:>=(?P<least>[0-9.]+))?")
# Of the extra ``test``, what is no neighbour of a shop's.
TOOLS = {"django-product-isolation"}


def wanted():
    """The least version of each package that the tests' extra brings, in whichever place."""
    extras = project()["project"]["optional-dependencies"]
    found = {}
    for name in ("test", "demo", "celery", "storages", "s3"):
        for line in extras[name]:
            package = REQUIREMENT.match(line)
            least = package["least"] or "0"
            found[package["name"]] = max(found.get(package["name"], "0"), least, key=numbers)
    return found


def numbers(text):
    return [int(number) for number in re.findall(r"\d+", text)]


def modules_of(library):
    """The names by which a library is imported."""
    known = packages_distributions()
    return {module for module, owners in known.items() if library in map(str.lower, owners)}


def sources(place):
    path = ROOT / place
    assert path.exists(), f"{place} is not there"
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def test_every_library_of_djangos_that_the_tests_install_stands_there():
    installed = {name for name in wanted() if name.startswith("django-")} - TOOLS
    assert installed - set(ROWS) == set()


def test_the_rows_are_in_order():
    assert list(ROWS) == sorted(ROWS)


@pytest.mark.parametrize("library", ROWS)
def test_the_version_is_the_one_from_which_the_tests_install_it(library):
    least = ROWS[library][1]
    assert wanted()[library] == least
    try:
        found = version(library)
    except PackageNotFoundError:
        pytest.skip(f"{library} is not installed.")
    assert numbers(found) >= numbers(least)


@pytest.mark.parametrize("library", ROWS)
def test_the_test_that_a_row_names_uses_the_library(library):
    place = re.fullmatch(r"`([^`]+)`", ROWS[library][5])[1]
    modules = modules_of(library)
    if not modules:
        pytest.skip(f"{library} is not installed.")
    text = "\n".join(path.read_text() for path in sources(place))
    used = {name for name in modules if re.search(rf"[\"' ]{name}\b", text)}
    assert used, f"{place} does not use {library}"


@pytest.mark.parametrize("library", ROWS)
def test_an_app_of_ours_that_a_row_names_is_there(library):
    for name in re.findall(r"`contrib\.(\w+)`", " ".join(ROWS[library])):
        assert (ROOT / "django_product_isolation" / "contrib" / name / "apps.py").is_file()


def test_every_app_of_ours_stands_in_a_row():
    text = " ".join(cell for row in ROWS.values() for cell in row)
    folder = ROOT / "django_product_isolation" / "contrib"
    for path in folder.glob("*/apps.py"):
        assert f"`contrib.{path.parent.name}`" in text
