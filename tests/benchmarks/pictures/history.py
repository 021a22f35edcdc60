"""Forty results of 4K beside sources of 24 megapixels, waiting for a person to look at them."""

import os
from io import BytesIO
from pathlib import Path

from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from PIL import Image

RUNS = 40
SOURCE_SIZE, RESULT_SIDE = (6000, 4000), 4096  # pixels


def prepare(folder: Path) -> dict[str, object]:
    """Make tables, files, previews as the worker makes them, and ready-made ones.

    Returns the pages' addresses and the cookies of two persons.
    """
    from django.conf import settings
    from django.urls import reverse

    from django_product_isolation.host import make_previews
    from django_product_isolation.host.previews import SIZES
    from django_product_isolation.models import IsolationRun
    from tests.shop import make_batch
    from tests.shops.catalogue.models import Product, ProductImage

    call_command("migrate", run_syncdb=True, verbosity=0)
    settings.READY.mkdir()
    people = [User.objects.create_superuser(name) for name in ("ann", "bob")]
    files = {"source": picture(SOURCE_SIZE, "JPEG"), "result": picture((RESULT_SIDE,) * 2, "PNG")}
    for which, body in files.items():
        (folder / which).write_bytes(body)
    batch = make_batch(people[0], review=True)
    for number in range(RUNS):
        names = {"source": f"products/{number}.jpg", "result": f"products/{number}-isolated.png"}
        for which, name in names.items():
            path = settings.MEDIA_ROOT / name
            path.parent.mkdir(parents=True, exist_ok=True)
            os.link(folder / which, path)
        product = Product.objects.create(name=f"Cup {number}")
        # Not saved by its class: that would read the file for its size.
        image = ProductImage.objects.bulk_create(
            [ProductImage(product=product, original=names["source"], width=1, height=1)]
        )[0]
        run = IsolationRun.objects.create(
            batch=batch,
            object_pk=str(image.pk),
            label=product.name,
            status="ready",
            review=True,
            active_key=f"catalogue.productimage.original:{image.pk}",
            source_name=names["source"],
            source_sha256="0" * 64,
            result_name=names["result"],
            result_sha256="1" * 64,
        )
        target = run.target.of_row(run.object_pk)
        for which, digest in (("source", run.source_sha256), ("result", run.result_sha256)):
            make_previews(target, names[which], digest, BytesIO(files[which]))
            for size in SIZES:
                small = settings.READY / f"{run.pk}-{which}-{size}.jpg"
                small.write_bytes(thumbnail(number, which, size, folder))
    return {
        "pages": {
            "batch page": reverse("product_isolation:progress", args=[batch.pk]),
            "review page": reverse("product_isolation:review"),
            "run list": reverse("admin:product_isolation_isolationrun_changelist"),
        },
        "sessions": [session_of(person) for person in people],
    }


THUMBNAILS: dict[tuple[str, int], bytes] = {}


def thumbnail(number: int, which: str, size: int, folder: Path) -> bytes:
    """As a thumbnailer would have left it; all of one kind look alike."""
    if (which, size) not in THUMBNAILS:
        with Image.open(folder / which) as opened:
            opened.thumbnail((size, size))
            file = BytesIO()
            opened.save(file, "JPEG", quality=85)
        THUMBNAILS[which, size] = file.getvalue()
    return THUMBNAILS[which, size]


def session_of(person: User) -> str:
    from django.conf import settings

    client = Client()
    client.force_login(person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def picture(size: tuple[int, int], file_format: str) -> bytes:
    """Fine structure in the middle of an even background."""
    noise = Image.effect_noise((size[0] // 4, size[1] // 4), 60).resize(size)
    middle = Image.new("L", size)
    middle.paste(255, (size[0] // 5, size[1] // 5, size[0] * 4 // 5, size[1] * 4 // 5))
    shown = Image.composite(noise.convert("RGB"), Image.new("RGB", size, "white"), middle)
    file = BytesIO()
    shown.save(file, file_format, quality=90)
    return file.getvalue()
