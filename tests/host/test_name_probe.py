"""While the shop's own code is asked what it makes of a result, its files are left alone."""

import os
from datetime import timedelta

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import OperationalError
from django.db.models import ImageField
from django.db.models.fields.files import ImageFieldFile
from django.utils import timezone

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.database import outages
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from tests.photos import make_swatch, photo_file, shown_bytes
from tests.shops.catalogue.models import Swatch

pytestmark = pytest.mark.django_db


def by_pre_save(field, monkeypatch):
    """As a field that removes the old file on the way of a new one."""

    def pre_save(self, instance, add):
        file = getattr(instance, self.attname)
        if file and not file._committed:
            old = Swatch._base_manager.get(pk=instance.pk)
            old.picture.storage.delete(old.picture.name)
        return ImageField.pre_save(self, instance, add)

    monkeypatch.setattr(field, "__class__", type("Tidy", (ImageField,), {"pre_save": pre_save}))


def by_file_class(field, monkeypatch):
    class TidyFile(ImageFieldFile):
        def save(self, name, content, save=True):
            old = Swatch._base_manager.values_list("picture", flat=True).get(pk=self.instance.pk)
            self.field.storage.delete(old)
            super().save(name, content, save=save)

    monkeypatch.setattr(field, "attr_class", TidyFile, raising=False)


def by_clean(field, monkeypatch):
    def clean(self):
        old = Swatch._base_manager.get(pk=self.pk)
        if old.picture.name != self.picture.name:
            old.picture.storage.delete(old.picture.name)

    monkeypatch.setattr(Swatch, "clean", clean)


def by_another_storage(field, monkeypatch):
    def clean(self):
        FileSystemStorage().delete(Swatch._base_manager.get(pk=self.pk).picture.name)

    monkeypatch.setattr(Swatch, "clean", clean)


def by_saving_the_row(field, monkeypatch):
    def clean(self):
        Swatch._base_manager.filter(pk=self.pk).update(picture="")
        self.save()

    monkeypatch.setattr(Swatch, "clean", clean)


TIDY = [by_pre_save, by_file_class, by_clean, by_another_storage, by_saving_the_row]


@pytest.mark.parametrize("tidy", TIDY)
def test_no_original_goes_before_anybody_decided(tidy, runflow, go_on, monkeypatch):
    swatch = make_swatch("Linen")
    before = shown_bytes(swatch)
    tidy(Swatch._meta.get_field("picture"), monkeypatch)
    run = go_on(isolate(swatch, review=True).runs.get())
    assert run.status == Status.READY
    assert shown_bytes(swatch) == before
    assert default_storage.exists(run.result_name)


def test_an_original_that_went_past_all_storages_is_missed_before_anybody_decides(
    runflow, go_on, monkeypatch
):
    def clean(self):
        path = default_storage.path(Swatch._base_manager.get(pk=self.pk).picture.name)
        if os.path.exists(path):
            os.remove(path)

    swatch = make_swatch("Linen")
    monkeypatch.setattr(Swatch, "clean", clean)
    run = go_on(isolate(swatch, review=True).runs.get())
    assert (run.status, run.reason) == (Status.HELD, Reason.ORIGINAL_MISSING)
    swatch.refresh_from_db()
    assert swatch.picture.name == run.source_name
    assert default_storage.exists(run.result_name)


def test_an_original_that_made_room_for_an_upload_is_not_missed(runflow, go_on):
    swatch = make_swatch("Linen")
    run = go_on(isolate(swatch).runs.get(), Status.COLLECTING)
    swatch.picture = photo_file("newer.jpg")
    swatch.save()
    default_storage.delete(run.source_name)
    run = go_on(run, Status.SUPERSEDED)
    assert run.reason == Reason.IMAGE_CHANGED


@pytest.mark.parametrize("is_anothers", [True, False])
@pytest.mark.parametrize("field_is_asked", [True, False])
def test_a_database_that_is_away_while_code_is_asked_refuses_nothing(
    runflow, go_on, step, monkeypatch, field_is_asked, is_anothers
):
    def ask(*args, **kwargs):
        raise OperationalError("the server closed the connection")

    run = go_on(isolate(make_swatch("Linen")).runs.get(), Status.COLLECTING)
    with monkeypatch.context() as away:
        if field_is_asked:
            field = Swatch._meta.get_field("picture")
            away.setattr(field, "__class__", type("Odd", (ImageField,), {"pre_save": ask}))
        else:
            away.setattr(Swatch, "clean", ask)
        away.setattr(outages, "answers", lambda: is_anothers)
        run = step(run)
    assert (run.status, run.reason) == (Status.COLLECTING, "crashed" if is_anothers else "")
    IsolationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert go_on(run).status == Status.APPLIED
