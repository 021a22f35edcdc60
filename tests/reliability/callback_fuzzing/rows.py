"""Runs in every status, made of rows alone: no file is stored, nothing is sent."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.runflow.callbacks import make_token
from tests.shops.catalogue.models import Product, ProductImage

PATH = "/product-isolation/callback/"
WAITING = (Status.SUBMITTING, Status.PROCESSING)  # for news from Runflow
UNSENT = (Status.QUEUED, Status.SUBMITTING)  # without an id at Runflow


@dataclass(frozen=True)
class Known:
    """A run as Runflow knows it: what a genuine callback about it holds."""

    pk: UUID
    token: str
    runflow_run_id: str
    status: str

    @property
    def path(self) -> str:
        return PATH + self.token

    @property
    def waits(self) -> bool:
        return self.status in WAITING

    @property
    def has_id(self) -> bool:
        """Whether the row knew Runflow's id when it was made."""
        return self.status not in UNSENT


def make_runs(of_each: int = 2) -> list[Known]:
    """So many runs in each status, each of an image of its own."""
    batch = IsolationBatch.objects.create(
        model_label="catalogue.productimage",
        field_name="original",
        aspect_ratio="1:1",
        resolution="2K",
        unit_price=Decimal("0.27"),
    )
    return [make_run(batch, status) for status in Status for _ in range(of_each)]


def make_run(batch: IsolationBatch, status: Status) -> Known:
    product = Product.objects.create(name="Mug")
    image = ProductImage.objects.create(
        product=product, original="products/busy.jpg", width=1, height=1
    )
    run = IsolationRun(
        batch=batch,
        object_pk=str(image.pk),
        label="Mug",
        status=status,
        due_at=None,
        active_key=f"catalogue.productimage.original:{image.pk}",
        source_name="products/busy.jpg",
        result_name="products/clean.webp" if status in (Status.READY, Status.APPLIED) else "",
    )
    if status not in OPEN_STATUSES:
        run.active_key = None
    if status == Status.APPLIED:
        ProductImage.objects.filter(pk=image.pk).update(original=run.result_name)
    runflow_run_id = f"01991d03-{run.pk}"
    run.runflow_run_id = None if status in UNSENT else runflow_run_id
    run.save(force_insert=True)
    return Known(run.pk, make_token(run.pk), runflow_run_id, status)
