"""Bringing a source of 40 MB from S3 to Runflow, beside a bare streamed copy, and one decoding.

A picture is decoded before a run is paid for: what is no whole picture would be paid in vain.
"""

import os
import tempfile
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import requests
from PIL import Image

from tests.benchmarks.apart import apart, environment, growth
from tests.benchmarks.instant_runflow import instant_runflow
from tests.benchmarks.outside import bucket
from tests.benchmarks.pairs import measured
from tests.benchmarks.registry import Comparison, Measured

NAME = "products/large.png"
SIZE = (4096, 3400)  # pixels: noise, which no compression makes smaller
CHUNK = 256 * 1024  # bytes
ROOM = 16  # MiB


def measure(options: Namespace) -> Iterator[Measured]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        (folder / "media" / "products").mkdir(parents=True)
        noise = Image.frombytes("RGB", SIZE, os.urandom(SIZE[0] * SIZE[1] * 3))
        noise.save(folder / "media" / NAME, compress_level=0)
        named = environment(
            DATABASE_URL=f"sqlite:///{folder}/shop.sqlite3",
            DJANGO_SETTINGS_MODULE="tests.benchmarks.pictures.settings",
            FOLDER=str(folder),
            BUCKET=stack.enter_context(bucket(folder)),
            RUNFLOW=stack.enter_context(instant_runflow(b"")),
        )
        stack.enter_context(named)
        yield apart(times, "a bare streamed copy", 1.2, False, options.rounds)
        yield apart(times, "a copy and one decoding", 1.2, True, options.rounds)
        yield Measured(
            name="its most memory",
            beside=f"the decoded picture, and {ROOM} MiB",
            bar=1,
            ours=[apart(most_memory)],
            simpler=[SIZE[0] * SIZE[1] * 4 / 2**20 + ROOM],
            unit="MiB",
        )


def times(beside: str, bar: float, decodes: bool, rounds: int) -> Measured:
    send, copy = ways(decodes)
    comparison = Comparison(
        name="uploading a source of 40 MB from S3", beside=beside, bar=bar, ours=send, simpler=copy
    )
    return measured(comparison, rounds)


def most_memory() -> int:
    send, _copy = ways(True)
    return growth(send)


def ways(decodes: bool) -> tuple[Callable[[], Any], Callable[[], Any]]:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    from django.conf import settings
    from django.core.files.storage import default_storage

    from django_product_isolation.models import IsolationRun
    from django_product_isolation.runflow.connection import connect
    from django_product_isolation.workflow.submit import prepare
    from tests.shop import make_batch
    from tests.shops.catalogue.models import Product, ProductImage

    url = os.environ["RUNFLOW"]
    settings.PRODUCT_ISOLATION = {
        **settings.PRODUCT_ISOLATION,
        "BASE_URL": url,
        "SOURCE": "upload",
        "PREVIEWS": None,
    }
    (image,) = ProductImage.objects.bulk_create(
        [ProductImage(product=Product.objects.create(name="Cup"), original=NAME)]
    )
    run = IsolationRun.objects.create(
        batch=make_batch(), object_pk=str(image.pk), label="Cup", source_name=NAME
    )

    def send() -> None:
        prepare(run, run.target, connect())

    def copy() -> None:
        with TemporaryFile() as local:
            with default_storage.open(NAME) as source:
                for chunk in source.chunks(CHUNK):
                    local.write(chunk)
            local.seek(0)
            if decodes:
                with Image.open(local) as opened:
                    opened.load()
                local.seek(0)
            requests.put(f"{url}/files/source", data=local, timeout=60).raise_for_status()

    return send, copy
