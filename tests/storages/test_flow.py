"""The whole way of an image on each storage: sent, stored, published, put back."""

import pytest
from django.core.files.storage import storages

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.imaging.provenance import source_type_in
from django_product_isolation.reasons import Reason
from tests.photos import make_image, make_swatch, photo_bytes, shown_bytes
from tests.shops.catalogue.models import ProductImage, Swatch

from .awkward import Overwriting, Plain, Renaming
from .places import PLACES

pytestmark = [pytest.mark.django_db, pytest.mark.long]


def sent_link(runflow, run) -> str:
    [sent] = runflow.runs_of(run)
    return sent["input"]["image_url"]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("place", PLACES)
def test_an_image_goes_the_whole_way_and_comes_back(place, bucket_at, use, runflow, go_on):
    bucket = bucket_at(place)
    use(default=bucket)
    image = make_image("Enamel mug")
    original = image.original.name
    assert bucket.files() == {original: photo_bytes()}

    run = go_on(isolate(image, aspect_ratio="21:9").runs.get())
    assert run.status == Status.APPLIED, run.reason
    assert sent_link(runflow, run).startswith(bucket.place.link or runflow.url)
    files = bucket.files()
    assert set(files) == {original, run.result_name}
    assert files[original] == photo_bytes()
    assert shown_bytes(image) == files[run.result_name] != photo_bytes()
    assert source_type_in(files[run.result_name]) == "compositeWithTrainedAlgorithmicMedia"
    clean = ProductImage.objects.get(pk=image.pk)
    assert (clean.original.name, clean.width, clean.height) == (run.result_name, 1024, 439)

    assert [r.pk for r in restore(image).begun] == [run.pk]
    assert go_on(run).status == Status.RESTORED
    assert shown_bytes(image) == photo_bytes()
    assert ProductImage.objects.get(pk=image.pk).original.name == original
    assert bucket.files() == files


@pytest.mark.sampled(4)
@pytest.mark.parametrize("place", PLACES)
def test_with_url_the_storages_link_is_used_or_the_run_says_why_not(
    place, bucket_at, use, runflow, source, go_on
):
    bucket = bucket_at(place)
    use(default=bucket)
    source("url")
    run = go_on(isolate(make_image()).runs.get(), Status.PROCESSING, Status.FAILED)
    if bucket.place.link:
        assert run.status == Status.PROCESSING, run.reason
        assert sent_link(runflow, run).startswith(bucket.place.link)
    else:
        assert (run.status, run.reason) == (Status.FAILED, Reason.SOURCE_NOT_PUBLIC)
        assert runflow.runs_of(run) == []


@pytest.mark.parametrize("place", ["s3-signed", "s3-public", "sftp"])
def test_with_upload_no_link_is_handed_out(place, bucket_at, use, runflow, source, go_on):
    use(default=bucket_at(place))
    source("upload")
    run = go_on(isolate(make_image()).runs.get(), Status.PROCESSING)
    assert sent_link(runflow, run).startswith(runflow.url)


def test_a_picture_of_the_same_name_takes_the_originals_place_only_where_the_storage_overwrites(
    bucket_at, use, runflow, go_on
):
    bucket = bucket_at("s3-overwrites")
    use(default=bucket)
    image = make_image()
    run = go_on(isolate(image).runs.get())
    newer = photo_bytes(colour="navy")
    make_image("Another mug", colour="navy")
    assert bucket.files()[run.source_name] == newer
    restore(image)
    run = go_on(run)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.ORIGINAL_MISSING)
    assert shown_bytes(image) == bucket.files()[run.result_name]


@pytest.mark.parametrize("storage_class", [Plain, Renaming, Overwriting])
def test_a_storage_that_can_little_is_enough(storage_class, settings, runflow, go_on):
    backend = f"{storage_class.__module__}.{storage_class.__name__}"
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend}}
    image = make_swatch()  # with dimension columns Django itself would seek
    original = image.picture.name
    contents = storages["default"].contents

    run = go_on(isolate(image).runs.get())
    assert run.status == Status.APPLIED, run.reason
    assert contents.keys() == {original, run.result_name}
    assert (contents[original], shown_name(image)) == (photo_bytes(), run.result_name)
    assert len(restore(image).begun) == 1
    assert go_on(run).status == Status.RESTORED
    assert (contents[original], shown_name(image)) == (photo_bytes(), original)


def shown_name(image) -> str:
    return Swatch.objects.values_list("picture", flat=True).get(pk=image.pk)
