"""What each adapter does beside the whole way, and what one of the shop's own may do."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from easy_thumbnails.models import Source
from PIL import Image
from versatileimagefield import mixins

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.host.adapters import FieldAdapter, adapter_for, register
from django_product_isolation.host.adapters.pictures import make
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import prune
from django_product_isolation.signals import image_applied, image_swapping
from tests.docs.pages import example

from .looks import names_on_page, photo_bytes
from .models import (
    Checked,
    CheckedImageAdapter,
    EasyPhoto,
    ImagekitPhoto,
    PicturesPhoto,
    ResizedPhoto,
    Scan,
    StdImagePhoto,
    VersatilePhoto,
)

pytestmark = pytest.mark.django_db
SIDEWAYS = Image.Exif()
SIDEWAYS[0x0112] = 6


@pytest.fixture
def isolated(runflow, go_on):
    """Isolate the image of a row; the run at its end."""
    return lambda row: go_on(isolate(row).runs.get())


@pytest.fixture
def put_back(go_on):
    def take_back(row, run):
        restore(type(row).objects.get(pk=row.pk))
        return go_on(run)

    return take_back


@pytest.fixture
def refusing(monkeypatch):
    """The shop's own adapter fails to prepare."""

    def prepare(self, instance):
        raise RuntimeError("no disk")

    monkeypatch.setattr(CheckedImageAdapter, "prepare", prepare)


def photo(model, **options):
    return model.objects.create(image=ContentFile(photo_bytes(**options), name="busy.jpg"))


def there(names) -> set[bool]:
    return {default_storage.exists(name) for name in names}


def test_what_libraries_remember_of_an_original_keeps_no_file(isolated):
    row = photo(EasyPhoto)
    names_on_page(row)
    assert Source.objects.filter(name=row.image.name).exists()
    run = isolated(row)
    row.refresh_from_db()
    row.image.save("newer.jpg", ContentFile(photo_bytes()))
    IsolationRun.objects.update(status_since=timezone.now() - timedelta(days=60), due_at=None)
    prune(results=30, originals=30)
    assert not default_storage.exists(run.source_name)


@pytest.mark.parametrize("model", [StdImagePhoto, PicturesPhoto, VersatilePhoto])
def test_what_was_made_of_a_picture_goes_once_it_is_shown_no_more(model, isolated, put_back):
    row = photo(model)
    if model is PicturesPhoto:
        make(row.image)  # nobody serves its queue
    old = set(names_on_page(row)) - {row.image.name}
    assert there(old) == {True}
    run = isolated(row)
    assert there(old) == {False}
    assert default_storage.exists(run.source_name)
    new = set(names_on_page(row)) - {run.result_name}
    put_back(row, run)
    assert there(new) == {False}
    assert default_storage.exists(run.result_name)


def test_what_another_row_shows_stays(isolated):
    row = photo(StdImagePhoto)
    StdImagePhoto.objects.create(image=row.image.name)
    old = names_on_page(row)
    isolated(row)
    assert there(old) == {True}


def test_a_photo_taken_sideways_keeps_the_size_that_its_library_gave_it(isolated, put_back):
    row = photo(PicturesPhoto, exif=SIDEWAYS)
    assert (row.width, row.height) == (400, 600)
    put_back(row, isolated(row))
    row.refresh_from_db()
    assert (row.width, row.height) == (400, 600)
    assert there(names_on_page(row)) == {True}


def test_a_result_has_its_interest_in_the_middle_and_the_original_where_it_was(isolated, put_back):
    row = photo(VersatilePhoto)
    VersatilePhoto.objects.update(ppoi="0.1x0.9")
    run = isolated(row)
    assert VersatilePhoto.objects.get().image.ppoi == (0.5, 0.5)
    put_back(row, run)
    assert VersatilePhoto.objects.get().image.ppoi == (0.1, 0.9)
    assert "c0-1__0-9" in names_on_page(row)[1]


def test_the_shop_hears_of_a_row_whose_image_can_be_read(
    isolated, django_capture_on_commit_callbacks
):
    heard = []

    def listen(sender, run, instance, **kwargs):
        heard.append(instance.image.name)

    image_applied.connect(listen, sender=VersatilePhoto)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            run = isolated(photo(VersatilePhoto))
    finally:
        image_applied.disconnect(listen, sender=VersatilePhoto)
    assert heard == [run.result_name]


def test_sizes_that_nobody_makes_on_demand_are_made_before_the_swap(isolated, monkeypatch):
    monkeypatch.setattr(mixins, "VERSATILEIMAGEFIELD_CREATE_ON_DEMAND", False)
    monkeypatch.setattr(image_swapping, "receivers", list(image_swapping.receivers))
    image_swapping.sender_receivers_cache.clear()
    kept = {}
    exec(compile(example("make sizes"), "make sizes", "exec"), kept)
    row = photo(VersatilePhoto)
    assert there(names_on_page(row)) == {False}
    isolated(row)
    made = names_on_page(row)
    assert "60x60" in made[1]
    assert there(made[1:]) == {True}
    image_swapping.sender_receivers_cache.clear()


def test_a_field_for_any_file_sends_pictures_alone(isolated, runflow):
    row = Scan.objects.create(image=ContentFile(b"%PDF-1.7 no picture", name="manual.pdf"))
    run = isolated(row)
    assert (run.status, run.reason) == (Status.FAILED, Reason.SOURCE_UNREADABLE)
    assert runflow.runs_of(run) == []


@pytest.mark.parametrize(
    ("model", "format"), [(ResizedPhoto, "PNG"), (ImagekitPhoto, "JPEG"), (EasyPhoto, "JPEG")]
)
def test_a_result_is_processed_as_an_upload_is(isolated, model, format):
    run = isolated(photo(model))
    with default_storage.open(run.result_name) as file, Image.open(file) as picture:
        assert picture.format == format
        assert max(picture.size) == 300


def test_the_last_class_that_is_registered_and_knows_a_field_treats_it(monkeypatch):
    from django_product_isolation.host import adapters

    field = Checked._meta.get_field("image")
    assert type(adapter_for(field)) is CheckedImageAdapter
    monkeypatch.setattr(adapters, "_kinds", [*adapters._kinds])

    @register
    class Later(CheckedImageAdapter):
        pass

    assert type(adapter_for(field)) is Later
    assert type(adapter_for(Scan._meta.get_field("image"))) is FieldAdapter
    register(Later)
    assert adapters._kinds.count(Later) == 1


def test_columns_that_no_file_explains_come_back_with_the_original(isolated, put_back):
    row = photo(Checked)
    Checked.objects.update(approved_by="ann")
    run = isolated(row)
    assert Checked.objects.get().approved_by == "machine"
    assert run.source_columns == {"approved_by": "ann"}
    put_back(row, run)
    assert Checked.objects.get().approved_by == "ann"


def test_a_result_that_cannot_be_prepared_is_held(isolated, refusing):
    row = photo(Checked)
    run = isolated(row)
    assert (run.status, run.reason) == (Status.HELD, Reason.RESULT_REFUSED)
    assert Checked.objects.get().image.name == run.source_name


def test_an_original_is_put_back_whatever_comes_of_preparing_it(isolated, put_back, request):
    row = photo(Checked)
    run = isolated(row)
    request.getfixturevalue("refusing")
    assert put_back(row, run).status == Status.RESTORED
    assert Checked.objects.get().image.name == run.source_name


def test_the_shop_hears_of_a_swap_before_it_and_sees_the_row_as_it_will_be(isolated, put_back):
    heard = []

    def listen(sender, run, instance, **kwargs):
        stored = Checked.objects.get()
        heard.append((instance.image.name, instance.approved_by, stored.image.name))

    image_swapping.connect(listen, sender=Checked)
    try:
        row = photo(Checked)
        run = isolated(row)
        put_back(row, run)
    finally:
        image_swapping.disconnect(listen, sender=Checked)
    source, result = run.source_name, run.result_name
    assert heard == [(result, "machine", source), (source, "", result)]
    assert IsolationRun.objects.get().status == Status.RESTORED
