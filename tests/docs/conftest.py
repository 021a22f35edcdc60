import subprocess
import sys
import time

import pytest

from django_product_isolation.models import IsolationRun, Outage
from django_product_isolation.workflow import advance
from tests.docs.pages import DOCS, ROOT
from tests.moments import overdue


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the pages as Sphinx builds them; it takes no warning and no network."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-b", "dirhtml"]
    proxy = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    built = subprocess.run(
        [*command, "-d", folder / "doctrees", DOCS, folder / "html"],
        cwd=ROOT,
        env=proxy,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert built.returncode == 0, built.stderr[-4000:]
    return folder / "html"


@pytest.fixture
def finish():
    """Take all steps of a run, as workers do; returns the run at its end."""

    def take(run):
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            due = IsolationRun.objects.filter(pk=run.pk, due_at__isnull=False)
            if not due.update(due_at=overdue()):
                return IsolationRun.objects.get(pk=run.pk)
            Outage.objects.update(probe_at=overdue())
            advance(run.pk)
        raise AssertionError("the run comes to no end")

    return take
