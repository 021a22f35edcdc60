import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.long
@pytest.mark.skipif(find_spec("django_cleanup") is None, reason="django-cleanup is not installed")
def test_originals_survive_an_app_that_deletes_files_beside_us():
    done = subprocess.run(
        [
            *[sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
            "--ds=tests.retention.cleanup_settings",
            "tests/retention/orders_with_cleanup.py",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
