"""A swap writes an image and its dimensions, whichever tables they are in, or nothing at all."""

import pytest
from django.db import connection

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.host import swaps, target_for
from tests.photos import photo_file
from tests.shops.bazaar.models import Stamped
from tests.shops.fussy.models import MeasuredPhoto, Plain, PlainMeasured, Sized, SizedPhoto

pytestmark = pytest.mark.django_db

PAIRS = [
    (SizedPhoto, SizedPhoto),
    (MeasuredPhoto, SizedPhoto),
    (MeasuredPhoto, MeasuredPhoto),
    (PlainMeasured, Plain),
    (PlainMeasured, PlainMeasured),
]


@pytest.fixture
def target_of(settings):
    def name(model):
        images = {f"fussy.{model.__name__}": {"field": "picture"}}
        settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
        return target_for(model)

    return name


def columns(row):
    return type(row).objects.values_list("picture", "width", "height").get(pk=row.pk)


def swap(target, row, old):
    return target.swap(str(row.pk), old=old, new="sized/new.webp", size=(7, 5))


@pytest.mark.parametrize(("made", "named"), PAIRS)
def test_dimensions_in_another_table_than_the_image_are_written_too(target_of, made, named):
    Sized.objects.create()  # keys that differ between the tables
    row, other = (made.objects.create(picture=photo_file()) for _ in range(2))
    before = columns(other)
    assert swap(target_of(named), row, row.picture.name)
    assert columns(row) == ("sized/new.webp", 7, 5)
    assert columns(other) == before


@pytest.mark.parametrize(("made", "named"), PAIRS)
def test_an_upload_in_the_last_moment_is_left_alone_with_its_dimensions(target_of, made, named):
    row = made.objects.create(picture=photo_file(), width=9, height=9)
    old, target = row.picture.name, target_of(named)
    uploading = made.objects.filter(pk=row.pk)
    done = []

    def upload_first(execute, sql, *rest):
        if sql.startswith("UPDATE") and not done:
            done.append(sql)
            uploading.update(picture="sized/newer.jpg", width=3, height=4)
        return execute(sql, *rest)

    with connection.execute_wrapper(upload_first):
        assert not swap(target, row, old)
    assert columns(row) == ("sized/newer.jpg", 3, 4)


def test_a_row_of_which_no_child_knows_the_size_is_swapped_alone(target_of):
    row = Plain.objects.create(picture=photo_file())
    assert swap(target_of(Plain), row, row.picture.name)
    assert Plain.objects.values_list("picture", flat=True).get() == "sized/new.webp"


@pytest.fixture
def stamped(runflow, option):
    option(IMAGES={"bazaar.Stamped": {"field": "picture"}})
    return Stamped.objects.create(picture=photo_file())


def test_how_many_rows_were_written_is_not_asked_of_the_shops_own_queryset(stamped, go_on):
    original = stamped.picture.name
    run = go_on(isolate(stamped).runs.get())
    stamped.refresh_from_db()
    assert (run.status, run.result_name) == (Status.APPLIED, stamped.picture.name)
    [begun] = restore(stamped).begun
    assert go_on(begun).status == Status.RESTORED
    stamped.refresh_from_db()
    assert stamped.picture.name == original


def test_what_a_swap_wrote_that_says_it_missed_is_taken_back(stamped, step, go_on, monkeypatch):
    real, original = swaps.point, stamped.picture.name
    run = go_on(isolate(stamped).runs.get(), Status.READY)
    monkeypatch.setattr(swaps, "point", lambda *given: real(*given) and False)
    assert step(run).status == Status.READY
    stamped.refresh_from_db()
    assert stamped.picture.name == original
