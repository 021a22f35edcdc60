"""The example shop as a visitor and its staff meet it: processes on one side, HTTP on the other."""

import os
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import requests

from tests.example_project.shop_process import environment as shop_environment
from tests.http_server import free_port

EXAMPLE_PROJECT = Path(__file__).parents[2] / "example_project"
IMAGES = "/admin/shop/productimage/"


class Page(HTMLParser):
    """What a page's forms would send, and the pictures it shows."""

    def __init__(self, reply: requests.Response) -> None:
        super().__init__()
        assert reply.ok, f"{reply.status_code} {reply.url}\n{reply.text[:2000]}"
        self.url, self.text = reply.url, reply.text
        self.fields: list[tuple[str, str]] = []
        self.pictures: list[str] = []
        self.select = ""
        self.feed(reply.text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        kind = attributes.get("type")
        chosen = kind not in {"radio", "checkbox", "submit"} or "checked" in attributes
        if tag == "input" and "name" in attributes and chosen:
            self.fields.append((attributes["name"], attributes.get("value") or ""))
        if tag == "select":
            self.select = attributes.get("name", "")
        if tag == "option" and "selected" in attributes and self.select:
            self.fields.append((self.select, attributes.get("value") or ""))
        if tag == "img" and "large-picture" in (attributes.get("class") or ""):
            self.pictures.append(attributes["src"])

    def field(self, name: str) -> str:
        return next(value for field, value in self.fields if field == name)


class DemoShop:
    """``manage.py demo`` with everything that belongs to it, and a browser's cookies."""

    def __init__(self, var: Path, photos: Path, workers: str, **environment: str) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log_path = var / "demo.log"
        var.mkdir(parents=True, exist_ok=True)
        with self.log_path.open("w") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    str(EXAMPLE_PROJECT / "manage.py"),
                    "demo",
                    f"--photos={photos}",
                    f"--port={self.url.rpartition(':')[2]}",
                    f"--sandbox-port={free_port()}",
                    f"--workers={workers}",
                ],
                env=shop_environment(var, **environment),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.session = requests.Session()
        self.session.trust_env = False

    def __enter__(self) -> "DemoShop":
        self.until(lambda: "Ctrl-C ends everything" in self.log, seconds=90)
        return self

    def __exit__(self, *args: object) -> None:
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            self.session.close()

    @property
    def log(self) -> str:
        return self.log_path.read_text()

    def until(self, happened, *, seconds: float):
        """Wait until ``happened()`` is true, for at most ``seconds``, and return what it gave."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if self.process.poll() is not None:
                raise AssertionError(f"the demo ended:\n{self.log}")
            if result := happened():
                return result
            time.sleep(0.3)
        raise AssertionError(f"not within {seconds} s:\n{self.log}")

    def get(self, path: str) -> Page:
        return Page(self.session.get(self.url + path, timeout=30))

    def post(self, path: str, data: list[tuple[str, str]]) -> Page:
        url = path if path.startswith("http") else self.url + path
        return Page(self.session.post(url, data, headers={"Referer": self.url}, timeout=30))

    def log_in(self, name: str) -> None:
        login = self.get("/admin/login/?next=/admin/")
        fields = [("csrfmiddlewaretoken", login.field("csrfmiddlewaretoken"))]
        page = self.post(
            "/admin/login/?next=/admin/", [*fields, ("username", name), ("password", "demo")]
        )
        assert "Log out" in page.text

    def act(self, action: str, keys: list[str]) -> Page:
        """Tick rows in the list of images and run an action."""
        csrf = self.get(IMAGES).field("csrfmiddlewaretoken")
        ticked = [("_selected_action", key) for key in keys]
        return self.post(IMAGES, [("csrfmiddlewaretoken", csrf), ("action", action), *ticked])

    def image_keys(self) -> list[str]:
        """The keys of all images, as the list's tick boxes carry them."""
        text = self.get(IMAGES).text
        return [part.split('"')[0] for part in text.split('name="_selected_action" value="')[1:]]

    def shown(self, slug: str) -> bytes:
        """The bytes of the picture that customers see on a product's page."""
        [picture] = self.get(f"/products/{slug}/").pictures
        reply = self.session.get(requests.compat.urljoin(self.url, picture), timeout=30)
        assert reply.ok
        return reply.content
