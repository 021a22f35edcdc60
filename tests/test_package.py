"""What is shipped is what was tested."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ["pyproject.toml", "MANIFEST.in", "README.md", "CHANGELOG.md", "LICENSE"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The names of the files in a wheel built from a copy of the source."""
    source = tmp_path_factory.mktemp("source")
    for name in PARTS:
        shutil.copy(ROOT / name, source)
    package = "django_product_isolation"
    shutil.copytree(ROOT / package, source / package, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*command, "-w", source / "dist", source], check=True, capture_output=True)
    [built] = (source / "dist").glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_file_of_the_package(wheel):
    package = ROOT / "django_product_isolation"
    files = {
        str(path.relative_to(ROOT))
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert files <= wheel


def test_the_wheel_holds_nothing_but_the_package(wheel):
    assert {name.partition("/")[0].partition("-")[0] for name in wheel} == {
        "django_product_isolation"
    }
