"""The shops' site as a process with a web server, and what staff and customers see of it."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from tests.http_server import free_port
from tests.integration.shop import Page

ROOT = Path(__file__).parents[3]
GUNICORN = ["gunicorn", "tests.contrib.tenants.wsgi", "--workers", "2", "--bind"]
PICTURES = "/admin/store/picture/"


class Site:
    """Programs that share a database, a folder and a Runflow."""

    def __init__(self, folder: Path, runflow: str, workers: str) -> None:
        self.port = free_port()
        self.log = folder / "log.txt"
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.contrib.tenants.settings",
            "PYTHONUNBUFFERED": "1",
            "RUNFLOW_URL": runflow,
            "SHOPS_PORT": str(self.port),
            "SHOPS_WORKERS": workers,
        }

    @contextmanager
    def running(self, *command: str):
        """A program of the site's, until the block ends."""
        with self.log.open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", *command],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def serving(self):
        return self.running(*GUNICORN, f"127.0.0.1:{self.port}")

    def until(self, happened, seconds=90):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            with suppress(requests.ConnectionError):
                if result := happened():
                    return result
            time.sleep(0.2)
        raise AssertionError(f"not within {seconds} s:\n{self.log.read_text()[-5000:]}")


class Desk:
    """One of the shops over HTTP, by its own domain."""

    def __init__(self, site: Site, name: str) -> None:
        self.url = f"http://127.0.0.1:{site.port}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Host"] = f"{name}.localhost"

    def get(self, path: str) -> requests.Response:
        return self.session.get(self.url + path, timeout=30)

    def post(self, path: str, fields: list[tuple[str, str]]) -> Page:
        # A redirect names the host that we do not reach by its name.
        answer = self.session.post(self.url + path, fields, timeout=30, allow_redirects=False)
        if answer.is_redirect:
            answer = self.get(answer.headers["Location"])
        return Page(answer)

    def log_in(self) -> None:
        page = Page(self.get("/admin/login/"))
        csrf = ("csrfmiddlewaretoken", page.field("csrfmiddlewaretoken"))
        there = "/admin/login/?next=/admin/"
        seen = self.post(there, [csrf, ("username", "boss"), ("password", "boss")])
        assert "Log out" in seen.text

    def act(self, action: str, *keys: int) -> Page:
        csrf = Page(self.get(PICTURES)).field("csrfmiddlewaretoken")
        ticked = [("_selected_action", str(key)) for key in keys]
        return self.post(PICTURES, [("csrfmiddlewaretoken", csrf), ("action", action), *ticked])

    def isolate(self, *keys: int) -> None:
        """What staff do: tick, read the price, confirm."""
        confirm = self.act("isolate_product", *keys)
        path = "/" + confirm.url.removeprefix(self.url).lstrip("/")
        assert "/product-isolation/batches/" in self.post(path, confirm.fields).url

    def shown(self, key: int) -> bytes:
        """What customers see."""
        answer = self.get(f"/pictures/{key}/")
        assert answer.ok, answer.text[:500]
        return answer.content
