"""axe-core, which finds faults that keep people from using a page; fetched, never kept here."""

import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

PACKAGE = "axe-core@4.14.1"  # npm checks what it fetches against the registry's own digest
GRAVE = ("serious", "critical")
# Django's own markup, as its admin draws it on every page of a shop.
DJANGOS = (
    ".breadcrumbs",
    "#header",
    "#nav-sidebar",
    "#toggle-nav-sidebar",
    "#changelist-search",
    "#changelist-filter",
    "#logout-form",
)
LOOKS = pytest.mark.parametrize(
    ("theme", "width"), [("light", 390), ("dark", 390), ("light", 1280), ("dark", 1280)]
)


def fetch(folder: Path) -> str:
    """The script. Where npm or the registry is missing skip, or fail where CI is."""
    refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
    npm = shutil.which("npm")
    if npm is None:
        refuse("npm, which fetches axe-core, is not installed.")
    done = subprocess.run(
        [str(npm), "pack", PACKAGE, "--silent"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        refuse(f"{PACKAGE} could not be fetched.")
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        script = archive.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


def grave_faults(page, script: str, leave_out: tuple[str, ...]) -> list[str]:
    """Rule, place and help of each serious or critical fault, outside the selectors left out."""
    page.evaluate(script)  # a policy forbids scripts in the page, not the browser's own
    found = page.evaluate(
        "leave => axe.run({exclude: leave.map(s => [s])}, {resultTypes: ['violations']})",
        list(leave_out),
    )
    return [
        f"{fault['id']}: {node['target']} {fault['help']}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
    ]


def look(page, theme: str, width: int) -> None:
    page.emulate_media(color_scheme=theme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 844})
