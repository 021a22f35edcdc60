"""Images to isolate, handed to Celery, and how long its workers take for them."""

import subprocess
import sys
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from django.core.management import call_command
from PIL import Image

SECONDS = 300  # at most for one round
SIDES = {"1K": 1024, "2K": 2048, "4K": 4096}  # pixels of results
COMMAND = ("-A", "tests.benchmarks.throughput.celery_app", "worker", "--loglevel", "critical")


def prepare(folder: Path, count: int) -> None:
    from django.conf import settings

    from tests.benchmarks.place import make_anew
    from tests.shops.catalogue.models import Product, ProductImage

    make_anew()
    call_command("migrate", run_syncdb=True, verbosity=0)
    (settings.MEDIA_ROOT / "products").mkdir(parents=True)
    for number in range(count):
        name = f"products/{number}.jpg"
        (settings.MEDIA_ROOT / name).write_bytes(picture(1600))
        product = Product.objects.create(name=f"Cup {number}")
        ProductImage.objects.create(product=product, original=name)


def plain_seconds(processes: int) -> float:
    from tests.benchmarks.throughput.celery_app import app, plain
    from tests.shops.catalogue.models import ProductImage

    app.control.purge()
    begin_anew()
    for image in ProductImage.objects.all():
        plain.delay(image.pk)
    waiting = ProductImage.objects.exclude(caption="done")
    done = ProductImage.objects.filter(caption="done")
    return seconds(processes, done.exists, lambda: not waiting.exists())


def our_seconds(processes: int) -> float:
    from django_product_isolation import isolate
    from django_product_isolation.models import IsolationRun
    from tests.benchmarks.throughput.celery_app import app
    from tests.shops.catalogue.models import ProductImage

    app.control.purge()
    begin_anew()
    isolate(ProductImage.objects.all())
    applied = IsolationRun.objects.filter(status="applied")
    left = IsolationRun.objects.filter(due_at__isnull=False)
    taken = seconds(processes, applied.exists, lambda: not left.exists())
    assert applied.count() == IsolationRun.objects.count()
    return taken


def begin_anew() -> None:
    """Every image shows its source again, and no run is known."""
    from django_product_isolation.models import IsolationBatch, IsolationRun
    from tests.shops.catalogue.models import ProductImage

    IsolationRun.objects.all().delete()
    IsolationBatch.objects.all().delete()
    for number, image in enumerate(ProductImage.objects.order_by("pk")):
        ProductImage.objects.filter(pk=image.pk).update(
            original=f"products/{number}.jpg", caption=""
        )


def seconds(processes: int, begun: Callable[[], bool], ended: Callable[[], bool]) -> float:
    """From the first image that is done to the last; starting the workers is in neither."""
    command = [sys.executable, "-m", "celery", *COMMAND, "--concurrency", str(processes)]
    worker = subprocess.Popen(command, stdout=subprocess.DEVNULL)  # its banner; errors are shown
    try:
        wait(begun)
        first = time.perf_counter()
        wait(ended)
        return time.perf_counter() - first
    finally:
        worker.terminate()
        worker.wait()


def wait(until: Callable[[], bool]) -> None:
    ends = time.monotonic() + SECONDS
    while not until():
        if time.monotonic() > ends:
            raise RuntimeError("the workers do not get on")
        time.sleep(0.05)


def picture(side: int) -> bytes:
    noise = Image.effect_noise((side // 4, side // 4), 60).resize((side, side)).convert("RGB")
    file = BytesIO()
    noise.save(file, "JPEG", quality=88)
    return file.getvalue()
