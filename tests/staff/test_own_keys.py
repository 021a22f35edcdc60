"""Lists find one's own runs whatever keys the images have, and however many there are."""

import pytest
from django.contrib import admin

from django_product_isolation.admin.batches import BatchAdmin
from django_product_isolation.admin.runs import RunAdmin
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, RunFinding
from django_product_isolation.staff import visibility
from tests.admin.host.odd_shop import odd_site
from tests.shop import EVERYTHING, make_batch, make_staff
from tests.shops.assortment.models import Crate, Slide
from tests.shops.catalogue.models import Product, ProductImage, Swatch
from tests.shops.warehouse.models import SkuPhoto

pytestmark = pytest.mark.django_db

FIELDS = {Slide: "image", Crate: "image", SkuPhoto: "picture", Swatch: "picture"}
LISTS = [
    "/odd/product_isolation/isolationrun/",
    "/odd/product_isolation/isolationrun/?finding=bigger",
    "/odd/product_isolation/isolationbatch/",
    "/product-isolation/review/",
    "/product-isolation/findings/",
]


class Mine(admin.ModelAdmin):
    """Images whose file's name begins with the person's."""

    def get_queryset(self, request):
        field = FIELDS.get(self.model, "original")
        mine = {f"{field}__startswith": request.user.get_username()}
        return super().get_queryset(request).filter(**mine)


@pytest.fixture(params=[1000, 2, 0], ids=["named", "some", "many"])
def few(request, monkeypatch):
    monkeypatch.setattr(visibility, "FEW", request.param)
    monkeypatch.setattr(visibility, "AT_ONCE", 2)


def rows_of(model):
    """Three of ann's, and one of bea's."""
    field = FIELDS.get(model, "original")
    names = ["ann1.jpg", "ann2.jpg", "ann3.jpg", "bea.jpg"]
    values = [{field: name} for name in names]
    if model in (Crate, SkuPhoto):
        key = model._meta.pk.name
        values = [{**one, key: name[:4]} for one, name in zip(values, names, strict=True)]
    if model is ProductImage:
        product = Product.objects.create(name="Cup")
        values = [{**one, "product": product, "width": 1, "height": 1} for one in values]
    return list(model.objects.bulk_create(model(**one) for one in values))


def run_of(key, batch) -> IsolationRun:
    values = {"due_at": None, "review": True, "doubt": 1, "result_name": "a.webp"}
    run = IsolationRun.objects.create(
        batch=batch, object_pk=key, label=key, status=Status.READY, source_name="a.jpg", **values
    )
    RunFinding.objects.create(run=run, finding="bigger", strength=1)
    return run


@pytest.fixture
def shop(client, settings):
    verbs, models = ("view", "change"), (*FIELDS, ProductImage)
    names = [f"{m._meta.app_label}.{verb}_{m._meta.model_name}" for m in models for verb in verbs]
    client.force_login(make_staff(*{*EVERYTHING, *names}, name="ann"))
    images = {model._meta.label: {"field": field} for model, field in FIELDS.items()}
    images["catalogue.ProductImage"] = {"field": "original"}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    ours = [(IsolationRun, RunAdmin), (IsolationBatch, BatchAdmin)]
    with odd_site(settings, *((model, Mine) for model in models), *ours):
        yield


def batch_of(model):
    field = FIELDS.get(model, "original")
    return make_batch(model_label=model._meta.label_lower, field_name=field)


def listed(client) -> set[str]:
    return {run.object_pk for run in client.get(LISTS[0]).context["cl"].result_list}


@pytest.mark.parametrize("model", [*FIELDS, ProductImage])
def test_one_s_own_runs_are_found_by_keys_of_every_kind(client, shop, few, model):
    *mine, hers = map(str, (row.pk for row in rows_of(model)))
    batch = batch_of(model)
    for key in (*mine, hers):
        run_of(key, batch)
    assert listed(client) == set(mine)
    for page in LISTS:
        assert client.get(page).status_code == 200
    assert client.get(LISTS[3]).context["page"].paginator.count == 3


@pytest.mark.parametrize("model", [Crate, SkuPhoto])
def test_a_key_is_no_other_that_is_merely_alike(client, shop, few, model):
    mine, *_others = rows_of(model)
    batch = batch_of(model)
    for key in (mine.pk, "ANN1", "änn1", "ann1 "):
        run_of(key, batch)
    assert listed(client) == {mine.pk}
