"""Packages that import what they offer when it is asked for offer all of it, by its own name."""

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

PACKAGES = ("fetching", "imaging", "runflow", "workflow")
HEAVY = ("PIL", "requests", "numpy", "celery")


def offered(package) -> list[str]:
    """The names that checkers of types read in the package's stub."""
    stub = ast.parse(Path(package.__path__[0], "__init__.pyi").read_text())
    return [alias.asname for node in stub.body for alias in node.names]


@pytest.mark.parametrize("name", PACKAGES)
def test_all_that_a_package_offers_can_be_had(name):
    package = import_module(f"django_product_isolation.{name}")
    assert offered(package)
    assert all(getattr(package, word) is not None for word in offered(package))


@pytest.mark.parametrize("name", PACKAGES)
def test_no_module_is_called_like_what_its_package_offers(name):
    package = import_module(f"django_product_isolation.{name}")
    modules = {path.stem for path in Path(package.__path__[0]).glob("*.py")}
    assert not modules & set(offered(package))


def test_what_no_package_offers_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'isolated'"):
        _ = import_module("django_product_isolation.imaging").isolated


def test_a_web_process_starts_without_libraries_that_only_steps_need():
    code = (
        "import sys; sys.argv = ['shop', 'with'];"
        "from tests.benchmarks.start.shop import main; main();"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[]"
