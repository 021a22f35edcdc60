"""What reaches a product is what its field would have stored of an upload, and accepts."""

from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.forms import modelform_factory
from easy_thumbnails.models import Source
from PIL import Image

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import resume
from tests.photos import photo_bytes
from tests.shops.fussy import models as fussy
from tests.shops.fussy.models import Checked, Picky, Processed

pytestmark = pytest.mark.django_db


def stored_photo(name="fussy/busy.jpg"):
    """A photo that was there before anybody was fussy about it."""
    return default_storage.save(name, ContentFile(photo_bytes()))


@pytest.fixture
def isolated(settings, runflow, go_on):
    """Isolate the picture in one field; the run where it has come to rest, and the row."""

    def isolate_in(model, field, **values):
        label = f"{model._meta.app_label}.{model.__name__}"
        settings.PRODUCT_ISOLATION = {
            **settings.PRODUCT_ISOLATION,
            "IMAGES": {label: {"field": field}},
        }
        row = model.objects.create(**values)
        model.objects.filter(pk=row.pk).update(**{field: stored_photo()})
        row = model.objects.get(pk=row.pk)
        run = go_on(isolate(row).runs.get())
        return run, model.objects.get(pk=row.pk)

    return isolate_in


def picture_of(row, field):
    with getattr(row, field).open("rb") as file, Image.open(BytesIO(file.read())) as image:
        image.load()
        return image


def can_be_saved(row, field):
    """Whether the shop's own form saves the row, the file left as it is."""
    form = modelform_factory(type(row), fields="__all__")
    data = {"name": getattr(row, "name", "")}
    return form(data, instance=row).errors.get(field) is None


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("field", "format", "extension"),
    [
        ("jpg_or_png", "JPEG", ".jpg"),
        ("jpeg_only", "JPEG", ".jpeg"),
        ("png_only", "PNG", ".png"),
        ("real_jpeg", "JPEG", ".jpg"),
        ("declared", "JPEG", ".jpg"),
        ("large", "WEBP", ".webp"),
    ],
)
def test_the_result_has_a_format_that_the_field_accepts(isolated, field, format, extension):
    run, row = isolated(Picky, field, name="Mug")
    assert (run.status, run.result_name.endswith(extension)) == (Status.APPLIED, True)
    image = picture_of(row, field)
    assert (image.format, image.size) == (format, (1024, 1024))
    assert can_be_saved(row, field)


@pytest.mark.parametrize("field", ["light", "small"])
def test_the_result_is_made_small_enough_for_the_field(isolated, field):
    run, row = isolated(Picky, field, name="Mug")
    assert run.status == Status.APPLIED
    assert can_be_saved(row, field)
    file = getattr(row, field)
    assert file.size <= fussy.MAX_BYTES if field == "light" else file.width <= fussy.MAX_SIDE
    assert min(picture_of(row, field).size) >= 400


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("closed", "Pictures come from the studio only."),
        ("bad_check", "AttributeError"),
    ],
)
def test_what_the_field_takes_in_no_form_waits_in_the_fields_own_words(isolated, field, words):
    run, row = isolated(Picky, field, name="Mug")
    assert (run.status, run.reason) == (Status.HELD, Reason.RESULT_REFUSED)
    assert run.events.last().detail == words
    assert getattr(row, field).name == run.source_name
    assert run.result_name == ""


def test_a_held_result_goes_on_once_the_field_takes_it(isolated, runflow, go_on, monkeypatch):
    run, _row = isolated(Picky, "closed", name="Mug")
    monkeypatch.setitem(vars(Picky._meta.get_field("closed")), "validators", [])
    assert resume(run)
    run = go_on(run)
    assert run.status == Status.APPLIED
    assert len(runflow.runs_of(run)) == 1


def test_nothing_is_paid_for_a_field_that_takes_none_of_our_formats(isolated, runflow):
    run, _row = isolated(Picky, "gif_only", name="Mug")
    assert (run.status, run.reason) == (Status.FAILED, Reason.RESULT_REFUSED)
    assert runflow.runs_of(run) == []


def test_the_models_own_clean_is_asked_about_the_result(isolated):
    run, row = isolated(Checked, "picture", name="Mug")
    assert run.status == Status.APPLIED
    assert row.width <= fussy.MAX_SIDE
    assert not row.picture.name.endswith(".webp")
    row.full_clean()


def test_what_clean_has_against_the_rest_of_the_row_stops_nothing(isolated):
    run, _row = isolated(Checked, "picture", name="")
    assert run.status == Status.APPLIED


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("field", "format", "side"),
    [
        ("imagekit", "JPEG", 300),
        ("thumbnailer", "WEBP", 320),
        ("plain_thumbnailer", "WEBP", 1024),
        ("shrunk", "JPEG", 500),
        ("mirrored", "PNG", 1024),
        ("small_jpeg", "JPEG", 300),
    ],
)
def test_the_result_is_what_the_field_makes_of_an_upload(isolated, field, format, side):
    run, row = isolated(Processed, field)
    assert run.status == Status.APPLIED
    image = picture_of(row, field)
    assert max(image.size) == side
    if field != "thumbnailer":
        assert image.format == format
    assert run.result_name.rpartition("/")[2].startswith("isolated-") or field == "mirrored"
    upload = type(row)()
    setattr(upload, field, ContentFile(photo_bytes((1024, 1024)), name="upload.webp"))
    upload.save()
    assert picture_of(upload, field).size == image.size


def test_looking_stores_no_variation_and_no_row_of_a_librarys(isolated):
    for field in ("shrunk", "thumbnailer"):
        run, _row = isolated(Processed, field)
        assert run.status == Status.APPLIED
    _folders, files = default_storage.listdir("made")
    assert len(files) == 2
    assert not Source.objects.exists()


def test_where_the_fields_own_processing_fails_a_person_decides(isolated):
    run, row = isolated(Processed, "failing")
    assert (run.status, run.reason, run.review) == (Status.READY, Reason.UNUSUAL, True)
    assert run.events.last().detail == "not_processed"
    assert row.failing.name == run.source_name


def test_an_original_goes_back_as_it_was_whatever_the_field_says_today(isolated, go_on):
    run, row = isolated(Picky, "jpg_or_png", name="Mug")
    Picky.objects.filter(pk=row.pk).update(jpg_or_png=run.result_name)
    [begun] = restore(Picky.objects.filter(pk=row.pk)).begun
    assert go_on(begun).status == Status.RESTORED
    with Picky.objects.get(pk=row.pk).jpg_or_png.open("rb") as file:
        assert file.read() == photo_bytes()


def test_a_field_without_wishes_gets_the_bytes_as_they_are_published(isolated, settings):
    run, row = isolated(Picky, "large", name="Mug")
    assert run.result_name.endswith(".webp")
    assert picture_of(row, "large").size == (1024, 1024)
