"""Confirming images, beside ``bulk_create`` of the same rows into the same table.

Both are rolled back, so that each call meets the same history.
"""

from argparse import Namespace
from collections.abc import Callable, Iterator
from functools import partial

from django.conf import settings
from django.test import override_settings

from django_product_isolation.models import IsolationBatch, IsolationRun
from django_product_isolation.workflow import Options, create_batch, plan
from django_product_isolation.workflow.planning import Plan
from django_product_isolation.workflow.start import new_run, render
from tests.benchmarks.asking import open_images, staff
from tests.benchmarks.pairs import undone
from tests.benchmarks.registry import Comparison
from tests.shops.catalogue.models import ProductImage

NEEDS_HISTORY = True
SIZES = (5, 500, 10_000)


def measure(options: Namespace) -> Iterator[Comparison]:
    images = ProductImage.objects.exclude(pk__in=open_images()).order_by("pk")
    user = staff()
    for size in SIZES:
        keys = list(images.values_list("pk", flat=True)[: min(size, options.images // 2)])
        chosen = plan(ProductImage.objects.filter(pk__in=keys))
        assert len(chosen.accepted) == len(keys), chosen.skipped[:3]
        order = undone(partial(create_batch, chosen, Options(user=user)))
        simpler = undone(partial(bare, chosen))
        for budgets, bar in ((False, 2.0), (True, None)):
            yield Comparison(
                name=f"confirming {len(keys):,} images{' within budgets' if budgets else ''}",
                ours=order if budgets else without_budgets(order),
                simpler=simpler,
                beside="bulk_create of the same rows",
                bar=bar,
            )


def without_budgets(call: Callable[[], None]) -> Callable[[], None]:
    own = {**settings.PRODUCT_ISOLATION, "DAILY_BUDGET": None, "MONTHLY_BUDGET": None}
    return override_settings(PRODUCT_ISOLATION=own)(call)


def bare(chosen: Plan) -> None:
    batch = IsolationBatch.objects.create(
        model_label=chosen.target.label,
        field_name=chosen.target.field.name,
        aspect_ratio="1:1",
        resolution="2K",
        unit_price=chosen.unit_price,
    )
    rows = [
        new_run(batch, chosen.target, picture, render("{product}", picture))
        for picture in chosen.accepted
    ]
    IsolationRun.objects.bulk_create(rows)
