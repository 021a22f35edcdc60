"""Every swap and every restore stands once in the image's own history, under who decided it."""

from hashlib import sha256

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.urls import reverse

from django_product_isolation import restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import advance
from tests.admin.host.odd_shop import odd_site
from tests.photos import photo_file
from tests.shop import (
    CHANGELIST,
    RUNS,
    about,
    image_of,
    make_batch,
    make_run,
    make_staff,
    put_originals_back,
    status_of,
    tick,
)
from tests.shops.catalogue.models import UnregisteredImage

pytestmark = pytest.mark.django_db


class ShownImage(UnregisteredImage):
    class Meta:
        proxy = True
        app_label = "catalogue"


def on_the_image_list(client, run, decision):
    client.post(CHANGELIST, tick([image_of(run)], f"{decision}_original"))


def on_the_run_list(client, run, decision):
    client.post(RUNS, tick([run], f"{decision}_runs"))


def on_the_runs_page(client, run, decision):
    client.post(f"{RUNS}{run.pk}/decide/", {"decide": decision})


def on_the_batch_page(client, run, decision):
    url = reverse("product_isolation:progress", args=[run.batch_id])
    client.post(url, {"decide": f"{decision}:{run.pk}"})


def for_the_whole_batch(client, run, decision):
    url = reverse("product_isolation:progress", args=[run.batch_id])
    client.post(url, {"decide": about(decision, run.batch.runs.all())})


def on_the_images_page(client, run, decision):
    client.post(reverse(f"product_isolation:{decision}", args=[run.pk]))


RUN_DOORS = [on_the_run_list, on_the_runs_page, on_the_batch_page, for_the_whole_batch]


def take_steps(run) -> None:
    for _ in range(2):  # the swap, and the look after it
        IsolationRun.objects.filter(pk=run.pk, due_at__isnull=False).update(
            due_at=run.batch.created_at
        )
        advance(run.pk)


@pytest.mark.parametrize("door", [on_the_image_list, on_the_images_page, *RUN_DOORS])
def test_a_restore_stands_there_once_whichever_door_it_came_by(client, staff, door):
    run = make_run(Status.APPLIED, batch=make_batch(make_staff(name="bea")))
    for _ in range(2):
        door(client, run, "restore")
        assert not LogEntry.objects.exists()
    put_originals_back()
    assert status_of(run) == Status.RESTORED
    entry = LogEntry.objects.get()
    assert entry.user == staff
    assert entry.is_change()
    page = client.get(f"{CHANGELIST}{run.object_pk}/history/").content.decode()
    assert page.count("Restored the original image.") == 1


@pytest.mark.parametrize("door", RUN_DOORS)
def test_a_published_result_stands_there_once_under_who_approved_it(client, staff, door):
    run = make_run(Status.READY, batch=make_batch(make_staff(name="bea")))
    for _ in range(2):
        door(client, run, "approve")
    assert not LogEntry.objects.exists()
    take_steps(run)
    assert status_of(run) == Status.APPLIED
    assert LogEntry.objects.get().user == staff
    page = client.get(f"{CHANGELIST}{run.object_pk}/history/").content.decode()
    assert page.count("the clean image replaced the original") == 1


def test_a_restore_from_code_stands_there_under_its_user(client, staff):
    run = make_run(Status.APPLIED)
    restore(image_of(run), user=staff)
    restore(image_of(run), user=make_staff(name="bea"))
    put_originals_back()
    assert LogEntry.objects.get().user == staff


def test_a_refused_restore_leaves_no_entry(client, staff):
    run = make_run(Status.APPLIED)
    image_of(run).original.storage.delete(run.source_name)
    for door in [on_the_image_list, on_the_images_page, *RUN_DOORS]:
        door(client, run, "restore")
        put_originals_back()
    assert not LogEntry.objects.exists()


def test_where_only_a_proxy_is_shown_the_entry_stands_in_the_proxys_history(
    client, settings, option, django_user_model
):
    option(IMAGES={"catalogue.UnregisteredImage": {"field": "picture"}})
    boss = django_user_model.objects.create_superuser("boss")
    client.force_login(boss)
    image = UnregisteredImage.objects.create(picture=photo_file())
    with image.picture.open() as file:
        result_sha256 = sha256(file.read()).hexdigest()
    shown = make_run(Status.APPLIED)
    run = IsolationRun.objects.create(
        batch=make_batch(model_label="catalogue.unregisteredimage", field_name="picture"),
        object_pk=str(image.pk),
        label="Image",
        status=Status.APPLIED,
        due_at=None,
        source_name=shown.source_name,
        source_sha256=shown.source_sha256,
        result_name=image.picture.name,
        result_sha256=result_sha256,
    )
    with odd_site(settings, (ShownImage, admin.ModelAdmin)):
        on_the_images_page(client, run, "restore")
        put_originals_back()
        assert status_of(run) == Status.RESTORED
        page = client.get(f"/odd/catalogue/shownimage/{image.pk}/history/").content.decode()
    assert "Restored the original image." in page
    assert LogEntry.objects.get().content_type == content_type_of(ShownImage)


def content_type_of(model: type[models.Model]) -> ContentType:
    return ContentType.objects.get_for_model(model, for_concrete_model=False)
