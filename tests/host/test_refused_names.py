"""Originals under names that Django saves no file under, and storages that refuse names of ours."""

import posixpath

import pytest
from django.core.files.storage import storages

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason
from tests.photos import make_swatch
from tests.shops.catalogue.models import Swatch
from tests.shops.warehouse import storages as odd

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings, monkeypatch, runflow):
    """Put pictures into a storage of that class, named by code of the shop's; gives the storage."""

    def build(storage_class):
        backend = f"{storage_class.__module__}.{storage_class.__name__}"
        settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend}}
        field = Swatch._meta.get_field("picture")
        monkeypatch.setattr(field, "upload_to", lambda row, _name: f"swatches/{row.name}.jpg")
        return storages["default"]

    return build


def shown(image):
    return Swatch.objects.values_list("picture", flat=True).get(pk=image.pk)


@pytest.mark.parametrize("spelling", ["/{}", "//{}", "./{}", "/srv/../{}", "swatches/../{}"])
def test_a_result_is_saved_beside_an_original_that_django_would_not_save_under_its_name(
    spelling, shop, go_on
):
    storage = shop(odd.Normalising)
    image = make_swatch("Mug")
    Swatch.objects.filter(pk=image.pk).update(picture=spelling.format(shown(image)))
    before = dict(storage.contents)
    run = go_on(isolate(Swatch.objects.get()).runs.get())
    assert (run.status, shown(image)) == (Status.APPLIED, run.result_name), run.reason
    assert before.items() <= storage.contents.items()
    assert posixpath.dirname(run.result_name) == "swatches"


@pytest.mark.parametrize(
    ("storage_class", "name"),
    [
        (odd.Normalising, "../swatches/mug.jpg"),
        (odd.WithoutWebP, "swatches/mug.jpg"),
        (odd.WithoutSuchNames, "swatches/mug.jpg"),
    ],
)
def test_a_name_that_could_not_be_saved_is_refused_before_it_costs_anything(
    storage_class, name, shop, go_on, runflow
):
    storage = shop(storage_class)
    image = make_swatch("Mug")
    Swatch.objects.filter(pk=image.pk).update(picture=name)
    before = dict(storage.contents)
    run = go_on(isolate(Swatch.objects.get()).runs.get())
    assert (run.status, run.reason) == (Status.FAILED, Reason.NAME_REFUSED)
    assert (runflow.runs_of(run), storage.contents) == ([], before)
