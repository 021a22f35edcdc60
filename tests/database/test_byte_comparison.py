"""Names are compared byte for byte, on whatever database the tests run."""

import unicodedata

import pytest
from django.db import connection, models

from django_product_isolation.database.byte_comparison import is_exactly, writes_its_own_way
from django_product_isolation.host import target_for
from tests.shops.warehouse.models import LoosePhoto

pytestmark = pytest.mark.django_db

NAME = "loose/büsy.jpg"
ALIKE = {
    "case": "loose/BÜSY.jpg",
    "case of plain letters": "loose/büsy.JPG",
    "no accent": "loose/busy.jpg",
    "an accent of its own": unicodedata.normalize("NFD", NAME),
    "a blank behind": f"{NAME} ",
    "a blank before": f" {NAME}",
    "a long s": NAME.replace("s", "\u017f"),
}
FOLDS_EVERYTHING = "'und-u-ks-level1-ka-shifted'"


@pytest.fixture
def target(settings):
    """The image field of a column that is as careless as its database allows."""
    images = {"warehouse.LoosePhoto": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE COLLATION loose (provider=icu, locale={FOLDS_EVERYTHING},"
                " deterministic=false)"
            )
            cursor.execute(
                "ALTER TABLE warehouse_loosephoto ALTER COLUMN picture"
                " TYPE varchar(100) COLLATE loose"
            )
    return target_for(LoosePhoto)


def pointing_at(name) -> str:
    return str(LoosePhoto.objects.bulk_create([LoosePhoto(picture=name)])[0].pk)


def test_the_column_is_careless_indeed(target):
    pk = pointing_at(ALIKE["case of plain letters"])
    assert LoosePhoto.objects.filter(pk=pk, picture=NAME).exists()


@pytest.mark.parametrize("alike", ALIKE.values(), ids=ALIKE)
def test_a_swap_leaves_an_upload_alone_whose_name_is_merely_alike(alike, target):
    pk = pointing_at(alike)
    assert not target.swap(pk, old=NAME, new="loose/new.webp", size=(1, 1))
    assert target.current_name(pk) == alike
    assert target.swap(pk, old=alike, new=NAME, size=(1, 1))
    assert target.current_name(pk) == NAME
    assert target.swap(pk, old=NAME, new=alike, size=(1, 1))


@pytest.mark.parametrize("alike", ALIKE.values(), ids=ALIKE)
def test_a_name_is_found_by_nothing_but_itself(alike, target):
    pointing_at(alike)
    assert LoosePhoto.objects.filter(is_exactly("picture", alike)).exists()
    assert not LoosePhoto.objects.filter(is_exactly("picture", NAME)).exists()


class ShortKey(models.CharField):
    """A name of the shop's for what is Django's in all else, as ``shortuuid`` has it."""


class CodedKey(models.CharField):
    def from_db_value(self, value, *_):
        return value[::-1]


class KeyOfANumber(models.BigIntegerField):
    def get_prep_value(self, value):
        return int(value, 36)


def test_a_key_is_compared_whatever_its_class_is_called_unless_it_has_a_writing_of_its_own():
    told = {kind: writes_its_own_way(kind()) for kind in (ShortKey, CodedKey, KeyOfANumber)}
    assert told == {ShortKey: False, CodedKey: True, KeyOfANumber: True}
