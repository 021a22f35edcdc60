"""The ways to say where an image lies: the default storage, an alias, one of the field's own."""

import pytest
from django.contrib import admin
from django.core.checks import run_checks
from django.utils.functional import empty

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from tests.photos import photo_bytes, photo_file
from tests.shops.catalogue.models import Poster

pytestmark = pytest.mark.django_db

FIELDS = ("given", "called")


@pytest.fixture
def posters(settings, use):
    """Let the alias "posters" lead to a bucket and isolate one of the fields that lie there."""

    def forget() -> None:
        for name in FIELDS:
            Poster._meta.get_field(name).storage._wrapped = empty

    def choose(field, bucket) -> None:
        use(posters=bucket)
        forget()
        settings.PRODUCT_ISOLATION = {
            **settings.PRODUCT_ISOLATION,
            "IMAGES": {"catalogue.Poster": {"field": field}},
        }

    yield choose
    forget()


@pytest.fixture
def in_the_admin():
    admin.site.register(Poster)
    yield
    admin.site.unregister(Poster)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("place", ["files", "s3-signed", "sftp"])
def test_an_image_stays_in_the_storage_of_its_field(
    field, place, bucket_at, use, posters, runflow, go_on
):
    elsewhere, bucket = bucket_at("s3-signed"), bucket_at(place)
    use(default=elsewhere)
    posters(field, bucket)
    poster = Poster.objects.create(given=photo_file(), called=photo_file())
    before = bucket.files()

    run = go_on(isolate(poster).runs.get())
    assert run.status == Status.APPLIED, run.reason
    [sent] = runflow.runs_of(run)
    assert sent["input"]["image_url"].startswith(bucket.place.link or runflow.url)
    files = bucket.files()
    assert files == before | {run.result_name: files[run.result_name]}
    assert len(restore(poster).begun) == 1
    assert go_on(run).status == Status.RESTORED
    poster.refresh_from_db()
    with getattr(poster, field).open("rb") as shown:
        assert shown.read() == photo_bytes()
    assert (bucket.files(), elsewhere.files()) == (files, {})


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("s3-overwrites", ["product_isolation.W005"]),
        ("s3-signed", []),
        ("files", []),
        ("sftp", []),
    ],
)
@pytest.mark.parametrize("field", FIELDS)
def test_an_overwriting_storage_of_an_isolated_field_is_found(
    field, place, found, bucket_at, posters, in_the_admin
):
    posters(field, bucket_at(place))
    ours = [m for m in run_checks() if m.id.startswith("product_isolation.")]
    assert [m.id for m in ours] == found
    assert all("catalogue.Poster" in m.msg and m.hint for m in ours)
