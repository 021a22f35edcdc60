"""While the shop's own code is asked what it makes of a result, its files are left alone."""

import pytest
from django.core.files.storage import default_storage
from django.db.models import ImageField
from django.db.models.fields.files import ImageFieldFile

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from tests.catalogue.models import Swatch
from tests.photos import make_swatch, shown_bytes

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


@pytest.mark.parametrize("tidy", [by_pre_save, by_file_class, by_clean])
def test_no_original_goes_before_anybody_decided(tidy, runflow, go_on, monkeypatch):
    swatch = make_swatch("Linen")
    before = shown_bytes(swatch)
    tidy(Swatch._meta.get_field("picture"), monkeypatch)
    run = go_on(isolate(swatch, review=True).runs.get())
    assert run.status == Status.READY
    assert shown_bytes(swatch) == before
    assert default_storage.exists(run.result_name)
