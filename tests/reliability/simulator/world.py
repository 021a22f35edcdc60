"""The world as a whole: built once, reset for each story, and put away again."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import copy_context
from typing import Any
from unittest import mock

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from django_product_isolation.database import outages
from django_product_isolation.host import documents, file_references
from django_product_isolation.models import (
    AccountBalance,
    IsolationBatch,
    IsolationRun,
    LastCharge,
    Outage,
    RunEvent,
    Selection,
    SpendingLock,
)
from django_product_isolation.runflow import uploads
from django_product_isolation.workflow import BudgetExceeded, NothingToIsolate
from django_product_isolation.workflow.leases import Keeper, keeper
from tests.due_steps import sweep
from tests.shops.catalogue.models import Product, ProductImage

from .broker import Broker, Message
from .callbacks import CALLBACK_BASE_URL, Callbacks
from .clock import Clock
from .database import Database
from .http import BASE_URL, Network
from .identity import numbered_uuids
from .invariants import Invariants
from .leases import watched_claims
from .orders import Orders
from .points import Died, Points
from .runflow import Runflow
from .secrecy import KEY_CANARY, watched_logs
from .shop import FIELD, Shop
from .storage import StorageDouble

TABLES = [
    LogEntry,
    Outage,
    RunEvent,
    IsolationRun,
    IsolationBatch,
    Selection,
    SpendingLock,
    AccountBalance,
    LastCharge,
    ProductImage,
    Product,
]


def set_time_zone(name: str) -> None:
    """The site's; processes of a time zone of their own have it activated."""
    settings.TIME_ZONE = name
    timezone.get_default_timezone.cache_clear()


@contextmanager
def few_tables() -> Iterator[None]:
    """Pruning asks no tables of the tests' other shops: they are empty, and there are dozens."""
    columns = [file_references.Column(FIELD.model, FIELD.attname, FIELD, False)]
    with (
        mock.patch.object(file_references, "name_columns", lambda: columns),
        mock.patch.object(documents, "document_columns", tuple),
        # Each error of the double is that of our own connection, which is gone then.
        mock.patch.object(outages, "answers", lambda: False),
    ):
        yield


class World:
    """Doubles, the shop, and what went against the rules."""

    def __init__(self, runflow: Callable[..., Runflow] = Runflow) -> None:
        self.violations: list[str] = []
        self.points = Points()
        self.clock = Clock(self.points)
        self.database = Database(self.points, self.port)
        self.broker = Broker(self.points, self.port)
        self.storage = StorageDouble(self.points, self.port, self.clock)
        self.runflow = runflow(self.clock, self.violation)
        self.network = Network(self.runflow, self.port, self.clock, self.violation)
        self.callbacks = Callbacks(self)
        self.shop = Shop(self.storage)
        self.network.media = self.runflow.media = self.storage.behind
        self.invariants = Invariants(self)
        self.database.on_commit = self.invariants.image_changed
        self.orders = Orders(self)
        self.network.on_order = self.orders.is_sent
        self.runflow.is_undisturbed = lambda: self.points.is_undisturbed

    def reset(
        self,
        *,
        images: int = 1,
        names: str = "photo",
        has_bin: bool = False,
        zone: str = "UTC",
        **options: Any,
    ) -> None:
        """Begin a new story. ``options`` are settings of the app; see ``Shop.reset``."""
        self.violations.clear()
        keeper.forget()
        for part in (self.points, self.clock, self.database, self.broker, self.storage):
            part.reset()
        for part in (self.runflow, self.network, self.callbacks, self.orders):
            part.reset()
        with transaction.atomic():
            for model in TABLES:
                model._base_manager.all()._raw_delete("default")
            self.shop.reset(images, names, has_bin=has_bin)
        set_time_zone(zone)
        self.options = options
        self.apply_settings()
        self.invariants.reset()

    def apply_settings(self) -> None:
        """Write the app's setting anew, such as after a change of the secrets."""
        settings.PRODUCT_ISOLATION = {
            "API_KEY": KEY_CANARY,
            "IMAGES": {
                "catalogue.ProductImage": {"field": "original", "product": "product"},
                "assortment.CataloguePhoto": {"field": "original", "product": "product"},
                "assortment.ShownPhoto": {"field": "original", "product": "product"},
            },
            "BASE_URL": BASE_URL,
            "CALLBACK_BASE_URL": CALLBACK_BASE_URL,
            "SIGNING_SECRETS": list(self.callbacks.secrets),
            "WORKERS": "celery",
            "PREVIEWS": None,
            **self.options,
        }

    def violation(self, text: str) -> None:
        """Note it: an exception would be caught by the app."""
        self.violations.append(text)

    def check(self) -> None:
        """Raise what went against the rules."""
        assert not self.violations, "\n".join(self.violations)

    @contextmanager
    def port(self, label: str) -> Iterator[None]:
        """A call that leaves the process: two points, one before and one after its effect."""
        process = self.points.process
        if process is None:
            yield
            return
        if connection.in_atomic_block:
            self.violation(f"I18 {label} inside a transaction")
        process.calls += not label.startswith("broker")
        self.points.reach(f"before {label}")
        yield
        self.points.reach(f"after {label}")
        if not label.startswith("broker"):
            process.last_call = self.points.all

    def work(self, name: str, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Have the process ``name`` do something; None when it died or was refused."""
        try:
            with self.points.running(name) as process:
                return copy_context().run(function, *args, **kwargs)  # knows its own clock
        except Died:
            return None
        except (NothingToIsolate, BudgetExceeded):
            return None
        except Exception as error:
            if not (process.errors and isinstance(error, DatabaseError)):
                self.violation(f"escaped {name}: {type(error).__name__} {error}")
            return None
        finally:
            self.ended = process

    def deliver(self, message: Message, name: str = "worker-1") -> None:
        """Have a worker carry out a message, whether it is still in the bag or not."""
        self.work(name, message.carry_out)

    def deliver_all(self) -> None:
        while self.broker.bag:
            self.deliver(self.broker.bag.pop(0))

    def sweep(self, name: str = "worker-2") -> None:
        self.work(name, sweep)

    @contextmanager
    def installed(self, *, is_watched: bool = True) -> Iterator["World"]:
        """The app meets these doubles, and the settings are put back in the end.

        Watching each statement, claim, log line and signal takes most of the time.
        """
        with ExitStack() as stack:
            stack.callback(setattr, settings, "PRODUCT_ISOLATION", settings.PRODUCT_ISOLATION)
            for part in (self.clock, self.broker, self.storage, self.network):
                stack.enter_context(part.installed())
            if is_watched:
                stack.enter_context(self.database.installed())
                stack.enter_context(watched_logs(self))
                stack.enter_context(watched_claims(self))
                stack.enter_context(self.invariants.ears.listening())
            stack.enter_context(numbered_uuids(self))
            stack.enter_context(few_tables())
            stack.callback(self.shop.put_away)
            stack.callback(set_time_zone, settings.TIME_ZONE)
            stack.enter_context(mock.patch.object(uploads, "RETRY_PAUSES", (0, 0)))
            # No step lasts long here, and nobody works beside the processes that there are.
            stack.enter_context(mock.patch.object(Keeper, "_begin"))
            stack.callback(keeper.forget)
            yield self
