"""The rules for addresses, on every supported Python that this machine has.

What ``ipaddress`` says of an address differs between versions; what we say must not.
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from django_product_isolation.fetching import addresses

from . import inside

pytestmark = pytest.mark.long

SUPPORTED = ("3.10", "3.11", "3.12", "3.13")
SCRIPT = """
import json, runpy, sys
from ipaddress import ip_address, ip_network
sys.path.append(sys.argv[3])  # no other package is needed
rules, inside = map(runpy.run_path, sys.argv[1:3])
blocks = [ip_network(block) for block in inside["REFUSED_BLOCKS"]]
found = {
    "addresses": sum(len(inside["ends_and_middle"](block)) for block in blocks),
    "let through": [
        str(address)
        for block in blocks
        for address in inside["ends_and_middle"](block)
        if rules["is_public"](address)
    ] + [url for url in inside["PRIVATE_URLS"] if rules["is_reachable_from_outside"](url)],
    "refused": [a for a in inside["PUBLIC"] if not rules["is_public"](ip_address(a))]
    + [url for url in inside["PUBLIC_URLS"] if not rules["is_reachable_from_outside"](url)],
    "loopback": [
        [bool(rules["is_loopback"](url)) for url in inside[name]]
        for name in ("LOOPBACK_URLS", "NOT_LOOPBACK_URLS")
    ],
    "spellings": list(filter(rules["is_reachable_from_outside"], inside["urls_inside"]())),
}
print(json.dumps([sys.version.split()[0], found]))
"""


def interpreter(version):
    """The path of that Python, None where the machine has none that runs."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"), "versions")
    places = [*sorted(versions.glob(f"{version}.*/bin/python3")), shutil.which(f"python{version}")]
    for place in filter(None, places):
        told = subprocess.run([place, "--version"], capture_output=True, text=True)
        if told.stdout.startswith(f"Python {version}."):
            return place
    return None


@pytest.mark.parametrize("version", SUPPORTED)
def test_every_supported_python_judges_addresses_alike(version):
    python = interpreter(version)
    if python is None:
        pytest.skip(f"no Python {version} on this machine")
    package = str(Path(addresses.__file__).parents[2])
    command = [python, "-I", "-c", SCRIPT, addresses.__file__, inside.__file__, package]
    told = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert told.returncode == 0, told.stderr
    running, found = json.loads(told.stdout)
    assert running.startswith(version)
    assert found.pop("addresses") >= 3 * 45 - 20  # the smallest blocks have one address
    assert found.pop("loopback") == [
        [True] * len(inside.LOOPBACK_URLS),
        [False] * len(inside.NOT_LOOPBACK_URLS),
    ]
    assert found == {"let through": [], "refused": [], "spellings": []}
