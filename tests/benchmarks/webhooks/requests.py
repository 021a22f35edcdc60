"""Rows that wait for callbacks, and files of requests for wrk that call them back."""

import hmac
import json
import time
import uuid
from collections.abc import Iterable, Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.utils import timezone

from .settings import SECRET

RUNS = 20_000
Line = tuple[str, str, str, str]


def prepare(folder: Path) -> None:
    """Make the tables, the runs, and one file of requests for each kind of callback."""
    from django_product_isolation.models import IsolationRun
    from tests.shop import make_batch

    call_command("migrate", run_syncdb=True, verbosity=0)
    batch = make_batch()
    runs = IsolationRun.objects.bulk_create(
        (
            IsolationRun(
                batch=batch,
                object_pk=str(number),
                label=f"Cup {number}",
                status="processing",
                source_name=f"products/{number}.jpg",
                active_key=f"catalogue.productimage.original:{number}",
                runflow_run_id=str(uuid.uuid4()),
            )
            for number in range(RUNS)
        ),
        batch_size=1000,
    )
    wait_again()
    for name, lines in kinds(runs):
        (folder / name).write_text("".join("\t".join(line) + "\n" for line in lines))


def wait_again() -> None:
    """Nobody has called back yet."""
    from django_product_isolation.models import IsolationRun

    later = timezone.now() + timedelta(hours=1)
    IsolationRun.objects.update(due_at=later, called_back_at=None)


def kinds(runs: Iterable[Any]) -> Iterator[tuple[str, Iterable[Line]]]:
    yield "ours", (ours(run) for run in runs)
    yield "bare", (with_path(ours(run), f"/bare/{run.pk}/") for run in runs)
    yield "refused", (forged(ours(run)) for run in runs)
    yield "stripe", stripe(len(list(runs)))
    yield "anymail", (mailgun(number) for number in range(RUNS))


def ours(run: Any) -> Line:
    from django_product_isolation.runflow.callbacks import make_token, path_of

    output = {"image_urls": [f"https://results.runflow.io/{run.pk}.png?signature={'a' * 200}"]}
    body = json.dumps(
        {
            "event": "run.succeeded",
            "run_id": run.runflow_run_id,
            "status": "succeeded",
            "metadata": {"run": str(run.pk)},
            "output": output,
        }
    )
    return path_of(make_token(run.pk)), "Runflow-Signature", signed(body), body


def with_path(line: Line, path: str) -> Line:
    return path, *line[1:]


def forged(line: Line) -> Line:
    return line[0], line[1], "0" * 64, line[3]


def stripe(count: int) -> Iterator[Line]:
    from djstripe.models import WebhookEndpoint

    place = WebhookEndpoint.objects.create(
        id="we_1",
        secret=SECRET,
        djstripe_tolerance=30_000,
        enabled_events=["*"],
        status="enabled",
        url="https://shop.example/",
        livemode=False,
    )
    for number in range(count):
        data = {"object": {"id": f"ch_{number}", "note": "a" * 400}}
        event = {"id": f"evt_{number}", "livemode": False, "type": "charge.succeeded"}
        body = json.dumps({**event, "data": data})
        now = int(time.time())
        header = f"t={now},v1={signed(f'{now}.{body}')}"
        yield f"/stripe/webhook/{place.djstripe_uuid}/", "Stripe-Signature", header, body


def mailgun(number: int) -> Line:
    signature = {"token": f"{number:050}", "timestamp": "1700000000"}
    signature["signature"] = signed(signature["timestamp"] + signature["token"])
    event = {"event": "delivered", "timestamp": 1700000000.5, "recipient": "a@shop.example"}
    body = json.dumps({"signature": signature, "event-data": {**event, "note": "a" * 300}})
    return "/anymail/mailgun/tracking/", "X-Nothing", "0", body


def signed(text: str) -> str:
    return hmac.new(SECRET.encode(), text.encode(), sha256).hexdigest()
