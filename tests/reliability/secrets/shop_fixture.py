"""A shop whose every secret is a canary, and ways in which things go wrong for it."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any
from unittest import mock

from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError, connection
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.models import IsolationRun
from django_product_isolation.runflow import uploads
from django_product_isolation.runflow.callbacks import make_token
from django_product_isolation.workflow import advance
from tests.fetching.sockets import Sockets
from tests.moments import overdue
from tests.photos import make_image

from . import canaries
from .collector import Collector
from .runflow import RunflowServer

MEDIA = "https://media.shop.example"
MAX_STEPS = 14


class StorageRefused(Exception):
    """What a client library of an object store raises: it tells the link."""


class SigningStorage(FileSystemStorage):
    """A private bucket: its links are signed, its errors quote them. ``faults`` by operation."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[str, Callable[[], Exception]] = {}

    def url(self, name: str | None) -> str:
        self._meet("url")
        return f"{MEDIA}/{name}?{canaries.query(canaries.STORAGE_LINK)}"

    def _open(self, name: str, mode: str = "rb") -> Any:
        self._meet("open")
        return super()._open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        self._meet("save")
        return super()._save(name, content)

    def exists(self, name: str) -> bool:
        self._meet("exists")
        return super().exists(name)

    def _meet(self, operation: str) -> None:
        if fault := self.faults.get(operation):
            link = f"{MEDIA}/1.jpg?{canaries.query(canaries.STORAGE_LINK)}"
            try:
                raise OSError(f"403 for {link}")
            except OSError as error:
                raise fault() from error


class Stage:
    """The shop, its storage, Runflow, and one run of one image."""

    def __init__(self, collector: Collector, runflow: RunflowServer, settings: Any) -> None:
        self.collector, self.runflow, self.settings = collector, runflow, settings
        self.storage = SigningStorage()
        self.configure()

    def configure(self, **changes: Any) -> None:
        self.settings.PRODUCT_ISOLATION = {
            "API_KEY": canaries.KEY,
            "IMAGES": {"catalogue.ProductImage": {"field": "original", "product": "product"}},
            "BASE_URL": self.runflow.url,
            "CALLBACK_BASE_URL": "https://shop.example",
            "SIGNING_SECRETS": list(canaries.SECRETS),
            "WORKERS": "embedded",
            "RESOLUTION": "1K",
            "SOURCE": "upload",
            **changes,
        }

    def begin(self) -> IsolationRun:
        """A click; from then on its token is a secret, too."""
        image = make_image()
        run = isolate(image).runs.get()
        self.token = make_token(run.pk)
        self.collector.cores["callback token"] = self.token.partition("~")[2]
        self.run = run
        return run

    def step(self, within: AbstractContextManager[None] | None = None) -> None:
        """The next step, as if its time had come. What leaves it is read, and goes no further."""
        IsolationRun.objects.filter(pk=self.run.pk, due_at__isnull=False).update(
            due_at=overdue(), lease_owner=None, lease_until=None
        )
        with within or nullcontext():
            self.attempt(lambda: advance(self.run.pk))

    def attempt(self, act: Callable[[], Any]) -> Any:
        """Do something that may fail with any exception, and read what a reporter would make."""
        try:
            return act()
        except BaseException as error:
            self.collector.read_error("left the app", error)
            return None

    def play(self) -> IsolationRun:
        """Steps until nothing is left to do, or enough were seen."""
        for _ in range(MAX_STEPS):
            if IsolationRun.objects.get(pk=self.run.pk).due_at is None:
                break
            self.step()
        return IsolationRun.objects.get(pk=self.run.pk)

    @contextmanager
    def installed(self) -> Iterator["Stage"]:
        """Its storage in use, no name looked up outside, and no pauses between tries."""
        with (
            mock.patch.object(socket, "getaddrinfo", Sockets().look_up),
            mock.patch.object(uploads, "RETRY_PAUSES", (0, 0)),
            mock.patch.object(default_storage, "_wrapped", self.storage),
        ):
            yield self


@contextmanager
def broken_database(verb: str, table: str, nth: int = 1) -> Iterator[None]:
    """The ``nth`` statement of that kind on a table is refused, and all such after it."""
    count = 0

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        is_meant = sql.startswith(verb) and table in sql.split("WHERE")[0]
        count += is_meant
        if is_meant and count >= nth:
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


def lapse(hours: float) -> None:
    """Time passes for every run."""
    earlier = timezone.now() - timedelta(hours=hours)
    IsolationRun.objects.update(status_since=earlier)
