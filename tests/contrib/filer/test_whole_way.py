"""The whole way of an image in filer, whether all may see it or some only."""

from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.urls import reverse
from easy_thumbnails.models import Thumbnail
from filer.models import Image
from PIL import Image as Pillow

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason
from django_product_isolation.retention import prune
from tests.contrib.fields.looks import SAME, distance, photo_bytes
from tests.moments import overdue

from .pictures import THUMBNAIL, TOLD, anew, content, make_picture, values

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[True, False], ids=["public", "private"])
def picture(request, runflow):
    return make_picture(is_public=request.param)


def shown_by(file) -> Pillow.Image:
    with file.open("rb") as opened, Pillow.open(BytesIO(opened.read())) as image:
        return image.convert("RGB")


def thumbnail_shows(picture) -> bool:
    """Whether the thumbnail on a page shows the file that the row points at."""
    file = anew(picture).file
    small = file.get_thumbnail(THUMBNAIL)
    return distance(shown_by(small), shown_by(file)) < SAME


def is_as_filer_says(picture) -> bool:
    """Whether all that the row says of its file is what filer works out itself."""
    row = anew(picture)
    before = values(picture)
    assert row.file_data_changed()
    return {name: getattr(row, name) for name in TOLD} == {name: before[name] for name in TOLD}


def save_in_admin(client, picture) -> None:
    client.force_login(get_user_model().objects.create_superuser("boss"))
    page = reverse("admin:filer_image_change", args=[picture.pk])
    form = client.get(page).context["adminform"].form
    sent = {name: form[name].value() for name in form.fields if name != "file"}
    data = {name: value for name, value in sent.items() if value not in (None, False)}
    response = client.post(page, {**data, "name": "edited"})
    assert response.status_code == 302, response.context["adminform"].form.errors


def test_an_image_is_isolated_edited_put_back_and_deleted(client, picture, go_on):
    before, busy = content(picture), values(picture)
    assert is_as_filer_says(picture)
    assert thumbnail_shows(picture)

    run = go_on(isolate(picture).runs.get())
    assert run.status == Status.APPLIED, run.reason
    clean = values(picture)
    assert clean["file"] == run.result_name
    assert clean["sha1"] != busy["sha1"]
    assert is_as_filer_says(picture)
    assert Thumbnail.objects.count() == 0  # that of the busy file
    assert thumbnail_shows(picture)
    storage = anew(picture).file.storage
    assert storage.exists(run.source_name)

    save_in_admin(client, picture)
    assert values(picture) == {**clean, "name": "edited"}

    restore(anew(picture))
    run = go_on(run)
    assert run.status == Status.RESTORED
    assert content(picture) == before
    assert values(picture) == {**busy, "name": "edited"}
    assert thumbnail_shows(picture)

    anew(picture).delete()
    assert not storage.exists(run.source_name)
    IsolationRun.objects.update(status_since=overdue().replace(year=2020))
    assert prune(results=1).results == 1
    assert not storage.exists(run.result_name)


def test_the_subject_is_where_it_was_once_the_original_is_back(picture, go_on):
    picture.subject_location = "30,40"
    picture.save()
    run = go_on(isolate(picture).runs.get())
    assert anew(picture).subject_location == ""
    restore(picture)
    go_on(run)
    assert anew(picture).subject_location == "30,40"


def test_pruning_takes_the_file_from_where_it_is_and_not_its_namesake(picture, go_on):
    run = go_on(isolate(picture).runs.get())
    field = picture.file.field
    here = picture.file.storage
    [there] = [storage for storage in field.storages.values() if storage is not here]
    there.save(run.source_name, ContentFile(b"another file"))
    IsolationRun.objects.update(status_since=overdue().replace(year=2020))
    newer = anew(picture)
    newer.file = ContentFile(photo_bytes(colour="navy"), name="newer.jpg")
    newer.save()
    assert prune(originals=1).originals == 1
    assert not here.exists(run.source_name)
    assert there.exists(run.source_name)
    there.delete(run.source_name)


def test_the_shops_own_code_finds_the_rows_other_files_beside_the_result(
    monkeypatch, picture, go_on
):
    field, name = picture.file.field, picture.file.name
    real = field.attr_class.save

    def validate(file):
        if not file.storage.exists(name):
            raise ValidationError("another storage")

    def save(self, *args, **kwargs):
        validate(self)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(field.attr_class, "save", save)
    monkeypatch.setattr(field, "validators", [validate])
    run = go_on(isolate(picture).runs.get())
    assert (run.status, run.reason) == (Status.APPLIED, "")


def test_previews_come_from_where_the_file_is(client, picture, go_on):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    run = go_on(isolate(picture).runs.get())
    pages = [
        reverse("product_isolation:preview_run", args=[run.pk, "source"]),
        reverse("product_isolation:preview_run", args=[run.pk, "result"]),
        reverse("product_isolation:preview_image", args=["filer.image", picture.pk]),
    ]
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]


def test_a_preview_is_never_that_of_a_namesake_elsewhere(client, picture):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    other = make_picture(is_public=not picture.is_public, colour="navy")
    other.file.storage.save(picture.file.name, ContentFile(photo_bytes(colour="navy")))
    Image.objects.filter(pk=other.pk).update(file=picture.file.name)
    pages = [
        reverse("product_isolation:preview_image", args=["filer.image", row.pk])
        for row in (picture, other)
    ]
    shown = [Pillow.open(BytesIO(client.get(page).content)).convert("RGB") for page in pages]
    red, blue = (image.getpixel((80, 53)) for image in shown)
    assert red[0] > red[2]
    assert blue[2] > blue[0]


def test_of_an_image_that_was_moved_to_the_other_storage_the_original_can_be_pruned(picture, go_on):
    run = go_on(isolate(picture).runs.get())
    before = picture.file.storage
    row = anew(picture)
    row.is_public = not row.is_public  # filer gives the file another name, too
    row.save()
    moved = values(picture)
    restoration = restore(anew(picture))
    assert [reason for _name, reason in restoration.skipped] == [Reason.NOTHING_TO_RESTORE]
    assert thumbnail_shows(picture)
    assert before.exists(run.source_name)
    IsolationRun.objects.update(status_since=overdue().replace(year=2020))
    assert prune(originals=1).originals == 1
    assert not before.exists(run.source_name)
    assert values(picture) == moved


def test_of_a_result_that_filer_gave_the_name_of_a_jpeg_the_type_comes_back_too(picture, go_on):
    go_on(isolate(picture).runs.get())
    row = anew(picture)
    row.is_public = not row.is_public  # filer moves it, under the name of the first upload
    row.save()
    before = values(picture)
    assert before["file"].endswith(".jpg")
    assert before["mime_type"] == "image/webp"
    run = go_on(isolate(anew(picture)).runs.get())
    restore(anew(picture))
    assert go_on(run).status == Status.RESTORED
    assert values(picture) == before
