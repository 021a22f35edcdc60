"""Small pictures: who sees them, how they are made, what stands in for one that is missing."""

import threading
import time
from functools import partial
from io import BytesIO

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.urls import reverse
from PIL import Image

from django_product_isolation.choices import Status
from django_product_isolation.host import reading_turns, target_for
from django_product_isolation.host.previews import preview
from tests.photos import make_image, make_swatch
from tests.shop import (
    CHANGE,
    EVERYTHING,
    ISOLATE,
    RESTORE,
    REVIEW,
    VIEW,
    VIEW_RUNS,
    make_batch,
    make_run,
    make_staff,
)
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


def of_run(run, which="source", size=160) -> str:
    return reverse("product_isolation:preview_run", args=[run.pk, which]) + f"?size={size}"


def of_image(image, label="catalogue.productimage") -> str:
    return reverse("product_isolation:preview_image", args=[label, image.pk])


def size_of(response) -> tuple[int, int]:
    with Image.open(BytesIO(response.content)) as picture:
        assert picture.format == "JPEG"
        return picture.size


@pytest.mark.parametrize(
    ("permissions", "status"),
    [
        ([ISOLATE, VIEW], 200),
        ([REVIEW, VIEW], 200),
        ([RESTORE, CHANGE], 200),
        ([VIEW_RUNS, VIEW], 200),
        ([ISOLATE, REVIEW, RESTORE, VIEW_RUNS], 404),
        ([CHANGE, VIEW], 403),
    ],
)
def test_pictures_of_runs_need_a_permission_on_runs(client, permissions, status):
    client.force_login(make_staff(*permissions))
    assert client.get(of_run(make_run())).status_code == status


def test_strangers_see_nothing(client):
    assert client.get(of_run(make_run())).status_code == 403
    assert client.get(of_image(make_image())).status_code == 403


def test_pictures_of_images_need_the_right_to_isolate_and_to_see_them(client):
    image = make_image()
    for permissions, status in ([ISOLATE, VIEW], 200), ([ISOLATE], 404), ([VIEW, VIEW_RUNS], 403):
        client.force_login(make_staff(*permissions, name=str(permissions)))
        assert client.get(of_image(image)).status_code == status


def test_an_image_outside_the_admins_queryset_is_not_shown(client, staff, monkeypatch):
    model_admin = admin.site.get_model_admin(ProductImage)
    monkeypatch.setattr(model_admin, "get_queryset", lambda request: ProductImage.objects.none())
    assert client.get(of_image(make_image())).status_code == 404


def test_an_image_that_the_admin_hides_is_not_shown(client, staff, monkeypatch):
    model_admin = admin.site.get_model_admin(ProductImage)
    monkeypatch.setattr(model_admin, "has_view_permission", lambda request, obj=None: obj is None)
    assert client.get(of_image(make_image())).status_code == 404


def test_pictures_are_made_small_in_one_of_three_sizes(client, staff):
    run = make_run(image=make_image(size=(2400, 1800)))
    assert size_of(client.get(of_run(run, size=160))) == (160, 120)
    assert size_of(client.get(of_run(run, size=480))) == (480, 360)
    assert size_of(client.get(of_run(run, size=1200))) == (1200, 900)
    assert size_of(client.get(of_run(run, size=2400))) == (160, 120)
    assert size_of(client.get(of_run(run, size="nonsense"))) == (160, 120)


def test_both_pictures_of_a_run_are_shown(client, staff):
    run = make_run(Status.APPLIED)
    source, result = client.get(of_run(run)), client.get(of_run(run, "result"))
    assert source.content != result.content
    assert client.get(of_run(run, "other")).status_code == 404


def test_an_image_with_a_uuid_key_is_shown(client):
    client.force_login(make_staff(ISOLATE, "catalogue.view_swatch"))
    assert client.get(of_image(make_swatch(), "catalogue.swatch")).status_code == 200


def test_browsers_keep_a_runs_picture_for_this_person(client, staff):
    run = make_run(Status.APPLIED)
    for which in ("source", "result"):
        first = client.get(of_run(run, which))
        assert first["Cache-Control"] == "private, max-age=3600"
        assert first["X-Content-Type-Options"] == "nosniff"
        again = client.get(of_run(run, which), headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["Cache-Control"] == "private, max-age=3600"


def test_browsers_soon_ask_again_for_what_may_become_another_file(client, staff):
    response = client.get(of_image(make_image()))
    assert response["Cache-Control"] == "private, max-age=60"
    assert "ETag" not in response


def test_an_images_result_is_kept_like_the_runs(client, staff):
    run = make_run(Status.APPLIED)
    image = ProductImage.objects.get()
    first = client.get(of_image(image))
    assert first["ETag"] == client.get(of_run(run, "result"))["ETag"]


def test_each_size_has_its_own_tag(client, staff):
    run = make_run()
    assert client.get(of_run(run, size=160))["ETag"] != client.get(of_run(run, size=480))["ETag"]


def is_placeholder(response) -> bool:
    return (
        response.status_code == 404
        and response["Content-Type"] == "image/svg+xml"
        and response["Cache-Control"] == "no-store"
        and response["X-Content-Type-Options"] == "nosniff"
        and b"<svg" in response.content
    )


def test_a_result_that_is_not_there_yet_has_a_placeholder(client, staff):
    run = make_run(Status.COLLECTING, result_name="products/isolated-soon.webp")
    assert is_placeholder(client.get(of_run(run, "result")))


def test_a_missing_file_has_a_placeholder(client, staff):
    image = make_image()
    image.original.storage.delete(image.original.name)
    assert is_placeholder(client.get(of_image(image)))


def test_a_file_that_is_no_picture_has_a_placeholder(client, staff):
    image = make_image()
    name = image.original.storage.save("products/page.jpg", ContentFile(b"<script>alert(1)"))
    ProductImage.objects.update(original=name)
    assert is_placeholder(client.get(of_image(image)))


@pytest.mark.parametrize("label", ["catalogue.gone", "catalogue.product", "nonsense"])
def test_a_run_of_a_model_that_is_no_longer_named_has_a_placeholder(client, label):
    user = make_staff(ISOLATE, "catalogue.view_product")
    client.force_login(user)
    run = make_run(batch=make_batch(user, model_label=label))
    assert is_placeholder(client.get(of_run(run)))


@pytest.mark.parametrize(
    ("label", "pk"),
    [
        ("catalogue.gone", "1"),
        ("catalogue.product", "1"),
        ("auth.user", "1"),
        ("catalogue.productimage", "999"),
        ("catalogue.productimage", "nonsense"),
        ("catalogue.swatch", "nonsense"),
    ],
)
def test_what_is_no_image_of_the_shop_is_not_found(client, label, pk):
    make_image()
    client.force_login(make_staff(*EVERYTHING, "catalogue.view_swatch", "catalogue.view_product"))
    url = reverse("product_isolation:preview_image", args=[label, pk])
    assert client.get(url).status_code == 404


def test_previews_only_answer_reading(client, staff):
    assert client.post(of_run(make_run())).status_code == 405
    assert client.head(of_run(make_run(name="Pot"))).status_code == 200


class Hanging:
    """Readers of files that hang until the storage answers."""

    def __init__(self, monkeypatch):
        self.answers, self.inside, real = threading.Event(), [], FileSystemStorage._open

        def _open(storage, name, *args):
            self.inside.append(name)
            self.answers.wait(60)
            return real(storage, name, *args)

        monkeypatch.setattr(FileSystemStorage, "_open", _open)

    def have_read(self, name, times):
        reads = partial(preview, target_for(ProductImage, "original"), name, 160)
        threads = [threading.Thread(target=reads) for _ in range(times)]
        for thread in threads:
            thread.start()
        while len(self.inside) < times:
            time.sleep(0.01)
        return threads


def test_while_the_storage_hangs_few_threads_wait_and_kept_pictures_are_shown(
    client, staff, monkeypatch, settings
):
    cached = "django_product_isolation.host.previews.CachePreviews"
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "PREVIEWS": cached}
    batch = make_batch(staff)
    kept, lost = (make_run(batch=batch, name=name) for name in ("Pot", "Jug"))
    assert client.get(of_run(kept)).status_code == 200
    monkeypatch.setattr(reading_turns, "PATIENCE", 0.5)
    storage = Hanging(monkeypatch)
    readers = storage.have_read(lost.source_name, reading_turns.AT_A_TIME)
    began = time.monotonic()
    responses = [client.get(of_run(lost)) for _ in range(20)]
    assert time.monotonic() - began < 5
    assert {response.status_code for response in responses} == {429}
    assert (responses[0]["Retry-After"], responses[0]["Cache-Control"]) == ("5", "no-store")
    assert client.get(of_run(kept)).status_code == 200
    storage.answers.set()
    for reader in readers:
        reader.join(10)
    assert client.get(of_run(lost)).status_code == 200


def test_who_comes_while_others_are_being_read_waits_for_a_turn(client, staff, monkeypatch):
    run = make_run()
    storage = Hanging(monkeypatch)
    readers = storage.have_read(run.source_name, reading_turns.AT_A_TIME)
    threading.Timer(0.5, storage.answers.set).start()
    assert client.get(of_run(run)).status_code == 200
    for reader in readers:
        reader.join(10)
