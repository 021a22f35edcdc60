"""A staff member in front of Oscar's pages: reads what is there and presses buttons on it."""

import time
from html.parser import HTMLParser

from django.test import Client, TestCase
from django.urls import reverse

from django_product_isolation.models import IsolationRun
from tests.due_steps import sweep
from tests.moments import overdue


class Page(HTMLParser):
    """The forms, buttons, links and pictures of a page, and what its text says."""

    def __init__(self, response) -> None:
        super().__init__()
        self.response = response
        self.path = response.request["PATH_INFO"]
        self.fields: dict[str | None, list[tuple[str, str]]] = {}
        self.buttons: list[dict[str, str]] = []
        self.pictures: list[str] = []
        self.links: dict[str, str] = {}
        self.text = ""
        self._form: str | None = None
        self._select = ""
        self._open: dict[str, str] | None = None
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = said.get("id") or said.get("class", "")
            self.fields.setdefault(self._form, [])
        elif tag == "input" and self._is_sent(said):
            fields = self.fields.setdefault(said.get("form", self._form), [])
            fields.append((said["name"], said.get("value", "")))
        elif tag == "select":
            self._select = said["name"]
        elif tag == "option" and self._select and "selected" in said:
            self.fields[self._form].append((self._select, said.get("value", "")))
        elif tag == "img" and "src" in said:
            self.pictures.append(said["src"])
        if tag == "button" or (tag == "input" and said.get("type") == "submit"):
            self._open = {"form": self._form or "", "text": said.get("value", ""), **said}
            self.buttons.append(self._open)
            if tag == "button":
                self._open["text"] = ""
        elif tag == "a" and "href" in said:
            self._open = {"href": said["href"], "text": ""}

    def _is_sent(self, said) -> bool:
        kind = said.get("type", "text")
        if "name" not in said or kind in ("submit", "file"):
            return False
        return kind not in ("radio", "checkbox") or "checked" in said

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag in ("a", "button") and self._open is not None:
            if tag == "a":
                self.links[self._open["text"].strip()] = self._open["href"]
            self._open = None

    def handle_data(self, data):
        self.text += data
        if self._open is not None:
            self._open["text"] += data

    def buttons_for(self, image) -> list[str]:
        """What our buttons for an image say."""
        return [b["text"] for b in self.buttons if is_ours(b) and b["value"] == str(image.pk)]

    def of(self, form: str) -> list[tuple[str, str]]:
        return self.fields[form]


def is_ours(button) -> bool:
    return button["form"] == "isolation-act"


class OrderContext:
    """One person's browser."""

    def __init__(self, client: Client) -> None:
        self.client = client

    @classmethod
    def of(cls, user) -> "OrderContext":
        client = Client(enforce_csrf_checks=True)
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        return cls(client)

    def get(self, path: str) -> Page:
        return Page(self.client.get(path, follow=True))

    def post(self, path: str, fields: list[tuple[str, str]]) -> Page:
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        return Page(self.client.post(path, data, follow=True))

    def product(self, product) -> Page:
        """The product's page in the dashboard."""
        return self.get(product_path(product))

    def press(self, page: Page, text: str, image=None) -> Page:
        """Press a button, the one for ``image`` where each has one, as a browser would."""
        [button] = [
            b
            for b in page.buttons
            if b["text"].strip() == text and (image is None or b["value"] == str(image.pk))
        ]
        pressed = [(button["name"], button["value"])] if "name" in button else []
        return self.post(button.get("formaction", page.path), page.of(button["form"]) + pressed)

    def isolate(self, product, *images) -> None:
        """Isolate images of a product through the dashboard, and watch until all are done."""
        for image in images:
            confirm = self.press(self.product(product), "Isolate product", image)
            watched = self.press(confirm, "Isolate 1 image for $0.27")
            self.watch(watched, "Applied: 1")
            # The shop is told one step after the swap, when the worker has made sure of it.
            with TestCase.captureOnCommitCallbacks(execute=True):
                work_off()

    def watch(self, batch: Page, until: str) -> None:
        """Look at a batch's page, while a worker is at it, until that stands there."""
        ends = time.monotonic() + 60
        while until not in batch.text:
            assert time.monotonic() < ends, batch.text
            time.sleep(0.05)
            IsolationRun.objects.exclude(due_at=None).update(due_at=overdue())
            with TestCase.captureOnCommitCallbacks(execute=True):
                sweep()
            batch = self.get(batch.path)

    def restore(self, product, image) -> Page:
        """Press Restore and wait for the worker; the page as it was drawn after the click."""
        page = self.press(self.product(product), "Restore original", image)
        with TestCase.captureOnCommitCallbacks(execute=True):
            work_off()
        return page


def work_off() -> None:
    """Take the steps of a worker until nothing is left to do."""
    while IsolationRun.objects.exclude(due_at=None).update(due_at=overdue()):
        sweep()


def product_path(product) -> str:
    return reverse("dashboard:catalogue-product", args=[product.pk])
