"""The shop beside the workers: its rows and files, a Runflow of its own, the broker, and time."""

import contextlib
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import Celery
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import QuerySet
from django.test import override_settings
from django.utils import timezone
from kombu.exceptions import ChannelError
from redis import Redis

from django_product_isolation import isolate, tasks
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.sandbox import Sandbox
from tests.photos import make_image, photo_bytes
from tests.shops.catalogue.models import ProductImage

from .shared_folder import Stage
from .worker import Worker

LONG_AGO = timedelta(hours=1)
# A request that never left is given up after a quarter of an hour, and asked about for a week.
WAITED_OUT = {Status.SUBMITTING: LONG_AGO, Status.FAILED: timedelta(days=8)}


class Shop:
    """A shop whose worker can be killed. ``broker`` is an URL, or None for the embedded worker."""

    def __init__(
        self,
        folder: Path,
        broker: str | None,
        sandbox: Sandbox,
        *,
        hands: int = 5,
        **transport: Any,
    ) -> None:
        self.stage, self.sandbox, self.broker = Stage(folder), sandbox, broker
        self.name = f"kills-{uuid.uuid4().hex[:12]}"
        self.product_isolation = {
            **settings.PRODUCT_ISOLATION,
            "BASE_URL": sandbox.url,
            "RESOLUTION": "1K",
            "ASPECT_RATIO": "21:9",  # the smallest result that there is
            "WORKERS": "celery" if broker else "embedded",
        }
        self.celery: dict[str, Any] = {
            "broker_url": broker or "memory://",
            "broker_transport_options": self._apart(transport),
            "broker_connection_retry_on_startup": True,
            "task_default_queue": self.name,
            "task_ignore_result": True,
            "worker_prefetch_multiplier": 1,
            "worker_hijack_root_logger": False,
        }
        self.worker = Worker(self.stage, "celery" if broker else "embedded", hands)
        self.photos: dict[str, bytes] = {}

    def _apart(self, transport: dict[str, Any]) -> dict[str, Any]:
        """Redis has one set of keys for all: ours begin with our name."""
        on_redis = bool(self.broker and self.broker.startswith("redis"))
        return {"global_keyprefix": f"{self.name}:", **transport} if on_redis else transport

    def __enter__(self) -> "Shop":
        database = dict(connection.settings_dict)
        self.stage.make(
            database=database,
            media_root=str(settings.MEDIA_ROOT),
            product_isolation=self.product_isolation,
            celery=self.celery,
        )
        self.app = Celery(self.name)
        self.app.config_from_object(self.celery)
        self.app.set_current()
        self.overridden = override_settings(PRODUCT_ISOLATION=self.product_isolation)
        self.overridden.enable()
        self.user, _ = get_user_model().objects.get_or_create(username="assistant")
        return self

    def __exit__(self, *exception: object) -> None:
        if self.worker.is_alive:
            self.worker.kill()
        self.overridden.disable()
        if self.broker:
            self.flush_broker(remove=True)
        self.app.close()

    def click(self, count: int) -> list[uuid.UUID]:
        """Have so many new images isolated; the ids of their runs."""
        keys = [self._image(number).pk for number in range(count)]
        batch = isolate(ProductImage.objects.filter(pk__in=keys), user=self.user)
        return list(batch.runs.values_list("pk", flat=True))

    def _image(self, number: int) -> ProductImage:
        colour = (150, 7 * number % 256, len(self.photos) % 256)
        image = make_image(f"Mug {number}", colour=colour)
        self.photos[image.original.name] = photo_bytes(colour=colour)
        return image

    def pass_time(self, runs: QuerySet[IsolationRun], *, all_died: bool = False) -> int:
        """What waits becomes due, and the leases of the dead run out: of those that are written
        down, or, when no worker is left, of all. Nobody alive loses a lease.

        Returns how many runs can go on that could not.
        """
        now = timezone.now()
        leased = runs.exclude(lease_owner=None)
        if not all_died:
            leased = leased.filter(lease_owner__in=self._dead_leases(runs))
        freed = leased.filter(lease_until__gt=now).update(lease_until=now - LONG_AGO)
        free = runs.filter(lease_owner=None)
        for status, age in WAITED_OUT.items():
            free.filter(status=status).update(status_since=now - age)
        # Looks at Runflow count only some minutes apart.
        free.exclude(looked_at=None).update(looked_at=now - LONG_AGO)
        return freed + free.filter(due_at__gt=now).update(due_at=now)

    def _dead_leases(self, runs: QuerySet[IsolationRun]) -> list[str]:
        if self.stage.planned[1] != "child-killed":
            return []
        deaths = (self.stage.deaths(pk) for pk in runs.values_list("pk", flat=True))
        return [owner for owners in deaths for owner in owners if owner != "None"]

    def sweep(self) -> None:
        """What beat does, when the last sweep is worked off. The embedded worker needs none."""
        if self.broker and not self._messages_waiting():
            tasks.sweep.delay()

    def _messages_waiting(self) -> int:
        with self.app.connection_for_write() as link:
            try:
                found = link.default_channel.queue_declare(self.name, passive=True)
            except ChannelError:
                return 0  # a flushed Redis knows no queue
        return int(found.message_count)

    def ledger(self) -> Counter[str]:
        """How many requests Runflow has accepted, by the run's id."""
        found = self.sandbox.services.database.rows(
            "SELECT client_ref, COUNT(*) AS accepted FROM run GROUP BY client_ref"
        )
        return Counter({row["client_ref"]: row["accepted"] for row in found})

    def flush_broker(self, *, remove: bool = False) -> None:
        """Lose every message that waits; ``remove`` leaves nothing of ours at all."""
        if self.broker and self.broker.startswith("redis"):
            with Redis.from_url(self.broker) as redis:
                for key in redis.scan_iter(f"{self.name}:*"):
                    redis.delete(key)
        elif self.broker:
            with self.app.connection_for_write() as link:
                channel = link.default_channel
                empty = channel.queue_delete if remove else channel.queue_purge
                empty(self.name)


@contextlib.contextmanager
def runflow() -> Iterator[Sandbox]:
    """A Runflow that replays nothing: a second request would be a second run."""
    with Sandbox(("127.0.0.1", 0), speed="instant", engine="light") as sandbox:
        sandbox.behave(idempotency="off")
        yield sandbox
