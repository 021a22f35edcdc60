"""Checking and storing a 4K result, beside a download, one decoding and one save."""

from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from tempfile import SpooledTemporaryFile
from typing import Any

import requests
from PIL import Image, ImageFilter

from tests.benchmarks.apart import apart, growth, small_shop
from tests.benchmarks.instant_runflow import instant_runflow
from tests.benchmarks.pairs import measured
from tests.benchmarks.registry import Comparison, Measured

SIDE = 4096  # pixels
FORMATS: dict[str, dict[str, Any]] = {"PNG": {}, "WEBP": {"quality": 90}, "JPEG": {"quality": 90}}
ROOM = 32  # MiB beside the decoded picture
SPOOLED = 4 << 20  # bytes
KEPT = "django_product_isolation.host.previews.CachePreviews"
SIDES = (1200, 480, 160)  # pixels of previews


def measure(options: Namespace) -> Iterator[Measured]:
    for name in FORMATS:
        yield apart(times, name, False, options.rounds)
        yield apart(times, name, True, options.rounds)
        yield Measured(
            name=f"its most memory, {name}",
            beside=f"that of a download, one decoding and one save, and {ROOM} MiB",
            bar=1,
            ours=[apart(most_memory, name, True)],
            simpler=[apart(most_memory, name, False) + ROOM],
            unit="MiB",
        )


def times(name: str, previews: bool, rounds: int) -> Measured:
    with steps(name, previews) as (collect, simpler, before):
        also = ", its previews" if previews else ""
        comparison = Comparison(
            name=f"checking and storing a 4K result, {name}{also}",
            beside=f"a download, one decoding and one save{also}",
            bar=1.3,
            ours=collect,
            simpler=simpler,
            before=before,
        )
        return measured(comparison, rounds)


def most_memory(name: str, is_ours: bool) -> int:
    with steps(name, previews=is_ours) as (collect, simpler, before):
        before()
        return growth(collect if is_ours else simpler)


Call = Callable[[], Any]


@contextmanager
def steps(name: str, previews: bool) -> Iterator[tuple[Call, Call, Call]]:
    """The step that brings a result into the shop, what is simpler, and what makes ready for it."""
    body = apart(picture, name)
    with (
        instant_runflow(body) as url,
        small_shop(BASE_URL=url, PREVIEWS=KEPT if previews else None),
    ):
        from django.core.files.storage import default_storage

        from django_product_isolation.models import IsolationRun
        from django_product_isolation.workflow import advance
        from tests.moments import overdue
        from tests.photos import make_image
        from tests.shop import make_run
        from tests.shops.catalogue.models import ProductImage

        ordered: list[IsolationRun] = []

        def before() -> None:
            ProductImage.objects.all().delete()
            IsolationRun.objects.all().delete()
            image = make_image()
            run = make_run("collecting", image=image, runflow_run_id="run_1", due_at=overdue())
            ordered[:] = [run]

        def collect() -> None:
            advance(ordered[0].pk)
            ordered[0].refresh_from_db()
            assert ordered[0].status == "ready", (ordered[0].status, ordered[0].reason)

        def simpler() -> None:
            requests.get(f"{url}/v1/runs/run_1", timeout=10).json()
            with SpooledTemporaryFile(max_size=SPOOLED) as spool:
                with requests.get(f"{url}/files/result", stream=True, timeout=10) as response:
                    for chunk in response.iter_content(256 * 1024):
                        spool.write(chunk)
                spool.seek(0)
                with Image.open(spool) as opened:
                    opened.load()
                    for side in SIDES if previews else ():
                        opened.thumbnail((side, side))
                        opened.save(BytesIO(), "JPEG", quality=85)
                spool.seek(0)
                default_storage.save(f"plain.{name.lower()}", spool)

        yield collect, simpler, before


def picture(name: str) -> bytes:
    """A product as Runflow gives it: fine structure in the middle of a white background."""
    noise = Image.effect_noise((SIDE, SIDE), 60).filter(ImageFilter.GaussianBlur(1.5))
    colours = Image.merge("RGB", (noise, noise.transpose(Image.Transpose.ROTATE_90), noise))
    middle = Image.new("L", (SIDE, SIDE))
    middle.paste(255, (SIDE // 5, SIDE // 5, SIDE * 4 // 5, SIDE * 4 // 5))
    shown = Image.composite(colours, Image.new("RGB", (SIDE, SIDE), "white"), middle)
    file = BytesIO()
    shown.save(file, name, **FORMATS[name])
    return file.getvalue()
