"""Runs with a past: what staff and workers did to an image before anybody prunes."""

import hashlib
import uuid
from datetime import timedelta

from django.core.files.base import ContentFile
from django.utils import timezone

from django_product_isolation import restore
from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent
from django_product_isolation.workflow import advance
from tests.moments import overdue
from tests.shop import make_batch
from tests.shops.catalogue.models import Product, ProductImage

LONG_AGO = timedelta(days=400)
# A file that a step wrote and never took in.
LEFT_OVER = f"products/isolated-{0:032x}.webp"


def field():
    return ProductImage._meta.get_field("original")


def make_image(name: str, content: bytes) -> ProductImage:
    """An image whose file holds ``content``; nothing here looks into pictures."""
    stored = field().storage.save(f"products/{name}.jpg", ContentFile(content))
    image = ProductImage(product=Product.objects.create(name=name), width=1, height=1)
    image.original.name = stored
    ProductImage.objects.bulk_create([image])
    return ProductImage.objects.defer("original").get(product__name=name)


def shown(image: ProductImage) -> str:
    """The file that the image points at."""
    return ProductImage.objects.values_list("original", flat=True).get(pk=image.pk)


def show(image: ProductImage, name: str) -> None:
    """What the shop's own code does to the column."""
    ProductImage.objects.filter(pk=image.pk).update(original=name)


def upload(image: ProductImage, content: bytes, name: str = "") -> str:
    """Staff put another file, which the storage may take under the same name."""
    stored = field().storage.save(
        name or f"products/new-{uuid.uuid4().hex}.jpg", ContentFile(content)
    )
    show(image, stored)
    return stored


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def begun(
    image: ProductImage, status: Status = Status.READY, *, result: bool = True, batch=None, **values
):
    """A run of what the image shows, with a result in the storage."""
    source, storage = shown(image), field().storage
    if result:
        content = uuid.uuid4().bytes
        name = storage.save(f"products/isolated-{uuid.uuid4().hex}.webp", ContentFile(content))
        values = {"result_name": name, "result_sha256": digest(content), **values}
    is_open = status in OPEN_STATUSES
    return IsolationRun.objects.create(
        batch=batch or make_batch(),
        object_pk=str(image.pk),
        label=str(image.product),
        status=status,
        source_name=source,
        source_sha256=digest(storage.files[source]),
        active_key=f"catalogue.productimage.original:{image.pk}" if is_open else None,
        **{"due_at": None, **values},
    )


def applied(image: ProductImage) -> IsolationRun:
    """A run that was published, by the app's own steps, and made sure of."""
    run = begun(image, due_at=overdue())
    take_steps()
    run = IsolationRun.objects.get(pk=run.pk)
    assert run.status == Status.APPLIED, run.reason
    return run


def take_steps() -> None:
    """What workers do, until nothing is due."""
    while pks := list(IsolationRun.objects.exclude(due_at=None).values_list("pk", flat=True)):
        IsolationRun.objects.filter(pk__in=pks).update(due_at=overdue())
        for pk in pks:
            advance(pk)


def put_back(image: ProductImage) -> list[IsolationRun]:
    """Staff press Restore, and workers do it; returns the runs that were restored."""
    begun = restore(ProductImage.objects.filter(pk=image.pk)).begun
    take_steps()
    runs = IsolationRun.objects.filter(pk__in=[run.pk for run in begun])
    return [run for run in runs if run.status == Status.RESTORED]


def grow_old(delta: timedelta = LONG_AGO) -> None:
    """Let time pass over all that happened."""
    then = timezone.now() - delta
    IsolationRun.objects.update(status_since=then)
    IsolationBatch.objects.update(created_at=then)
    RunEvent.objects.update(at=then)
