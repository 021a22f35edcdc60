import subprocess
import sys
from pathlib import Path

import pytest

from .mutations import parts_of
from .seeds import small

ROOT = Path(__file__).parents[3]


@pytest.mark.long
def test_damaged_pictures_are_refused_or_published_as_they_decode():
    """The short run, in processes of its own, of which one takes one of the largest pictures."""
    command = "tests.reliability.mutated_pictures", "--files", "1500", "--seed", "3"
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "unequal: 0\n" in run.stdout
    assert "escaped exceptions: 0\n" in run.stdout


def test_parts_of_a_file_joined_are_the_file():
    for body in small().values():
        assert b"".join(parts_of(body)) == body
