"""A shop with one file for each SKU, in a bucket that overwrites, as S3 does by default."""

import pytest
import requests
from django.core.files.storage import storages

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.retention import prune
from django_product_isolation.workflow import approve
from tests.photos import photo_bytes, photo_file
from tests.retention.history import grow_old
from tests.shops.warehouse.models import SkuPhoto

from .places import PLACES, PRIVATE, PUBLIC, Place, s3

pytestmark = pytest.mark.django_db

AS_IT_IS = {
    "private": Place(s3(PRIVATE, file_overwrite=True), link=f"https://{PRIVATE}/"),
    "public": Place(
        s3(PUBLIC, file_overwrite=True, querystring_auth=False), link=f"https://{PUBLIC}/"
    ),
}


@pytest.fixture
def bucket(request, bucket_at, use, settings, monkeypatch):
    monkeypatch.setitem(PLACES, "as-it-is", AS_IT_IS[request.param])
    images = {"warehouse.SkuPhoto": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    bucket = bucket_at("as-it-is")
    use(default=bucket)
    return bucket


@pytest.mark.sampled(4)
@pytest.mark.parametrize("bucket", AS_IT_IS, indirect=True)
def test_an_image_is_isolated_reviewed_and_restored_byte_for_byte(bucket, runflow, go_on):
    photo = SkuPhoto.objects.create(sku="MUG-1", picture=photo_file())
    original = {"products/MUG-1.jpg": photo_bytes()}
    assert bucket.files() == original

    run = go_on(isolate(photo, review=True).runs.get())
    assert run.status == Status.READY, run.reason
    files = bucket.files()
    assert files == original | {run.result_name: files[run.result_name]}
    assert approve(run)
    run = go_on(run)
    assert run.status == Status.APPLIED, run.reason
    photo.refresh_from_db()
    assert photo.picture.name == run.result_name
    with requests.Session() as session:
        session.trust_env = False
        reply = session.get(storages["default"].url(run.result_name), timeout=10)
    assert (reply.content, reply.headers["Content-Type"]) == (files[run.result_name], "image/webp")

    [begun] = restore(photo).begun
    assert go_on(begun).status == Status.RESTORED
    photo.refresh_from_db()
    assert photo.picture.name == "products/MUG-1.jpg"
    assert bucket.files() == files
    grow_old()
    prune(results=1, originals=1)
    assert bucket.files() == original
