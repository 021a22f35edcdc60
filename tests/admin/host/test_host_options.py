"""What a shop may say about our column, filter and panel, and models of unusual kinds."""

import uuid

import pytest
from django.contrib import admin
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.photos import make_swatch, photo_file, shown_bytes
from tests.shop import (
    image_of,
    make_batch,
    make_run,
    make_staff,
    said,
    tick,
)
from tests.shops.catalogue.models import Product, Shot, StudioShot, Swatch

from .test_host_admins import ODD, OwnActions, OwnFilters, badge
from .test_state_column import column_of, has_column

pytestmark = pytest.mark.django_db


def test_the_hosts_own_actions_stay(client, odd):
    run = make_run(Status.APPLIED)
    odd(OwnActions)
    names = [name for name, _ in client.get(ODD).context["action_form"].fields["action"].choices]
    assert {"touch", "also", "isolate_product", "restore_original"} < set(names)
    client.post(ODD, tick([image_of(run)], "also"))
    assert image_of(run).caption == "touched"
    response = client.post(ODD, tick([image_of(run)], "restore_original"), follow=True)
    assert said(response) == ["1 original is being restored. View progress"]


def test_the_host_may_say_where_the_column_stands(client, odd):
    make_run(Status.APPLIED)

    class Placed(admin.ModelAdmin):
        list_display = ["caption", "isolation_state", "product"]

    model_admin = odd(Placed)
    assert model_admin.check() == []
    response = client.get(ODD)
    shown = list(response.context["cl"].list_display)
    assert shown == ["action_checkbox", "caption", "isolation_state", "product"]
    assert badge("Applied", "good") in response.content.decode()
    client.force_login(make_staff("catalogue.view_oddimage"))
    assert not has_column(client.get(ODD))


def test_the_host_may_leave_column_filter_and_panel_out(client, odd):
    image = image_of(make_run(Status.APPLIED))

    class Without(admin.ModelAdmin):
        isolation_column = False
        isolation_panel = False

    odd(Without)
    response = client.get(ODD)
    assert not has_column(response)
    assert list(response.context["cl"].list_filter) == []
    page = client.get(f"{ODD}{image.pk}/change/").content.decode()
    assert "isolation-panel" not in page


def test_a_host_may_use_the_badge_elsewhere(client, odd):
    image = image_of(make_run(Status.APPLIED))

    class Elsewhere(admin.ModelAdmin):
        readonly_fields = ["isolation_state"]
        isolation_panel = False

    assert odd(Elsewhere).check() == []
    page = client.get(f"{ODD}{image.pk}/change/").content.decode()
    assert badge("Applied", "good") in page


def test_uuid_keys(client, boss):
    swatch, other = make_swatch("Linen"), make_swatch("Wool")
    batch = make_batch(model_label="catalogue.swatch", field_name="picture")
    IsolationRun.objects.create(
        batch=batch, object_pk=str(swatch.pk), label="Linen", source_name=swatch.picture.name
    )
    url = reverse("admin:catalogue_swatch_changelist")
    badges = column_of(client.get(url))
    assert "Queued" in badges[str(swatch.pk)]
    assert badges[str(other.pk)] == ""
    assert set(column_of(client.get(url, {"product_isolation": "working"}))) == {str(swatch.pk)}
    page = client.get(reverse("admin:catalogue_swatch_change", args=[swatch.pk]))
    assert "Queued" in page.content.decode()
    assert Swatch.objects.filter(pk=uuid.UUID(str(swatch.pk))).exists()


def test_multi_table_inheritance(client, odd, option):
    option(IMAGES={"catalogue.StudioShot": {"field": "picture"}})
    shot = StudioShot.objects.create(studio="North", picture=photo_file())
    Shot.objects.create(picture=photo_file())
    batch = make_batch(model_label="catalogue.studioshot", field_name="picture")
    IsolationRun.objects.create(
        batch=batch,
        object_pk=str(shot.pk),
        label="North",
        source_name=shot.picture.name,
        status=Status.FAILED,
    )
    odd(admin.ModelAdmin, StudioShot)
    url = "/odd/catalogue/studioshot/"
    assert "Failed" in column_of(client.get(url))[str(shot.pk)]
    assert set(column_of(client.get(url, {"product_isolation": "ended"}))) == {str(shot.pk)}
    assert "isolation-panel" in client.get(f"{url}{shot.pk}/change/").content.decode()


def test_a_page_of_a_long_list_has_its_badges(client, odd):
    for n in range(5):
        make_run(Status.FAILED, name=f"Cup {n}")
    odd(OwnFilters)
    for page in (1, 2, 3):
        badges = column_of(client.get(ODD, {"p": page, "q": "as taken"}))
        assert badges
        assert all("Failed" in drawn for drawn in badges.values())


def test_two_sites_show_the_same_state(client, odd, boss):
    run = make_run(Status.FAILED)
    odd(admin.ModelAdmin)
    assert "Failed" in column_of(client.get(ODD))[run.object_pk]
    assert shown_bytes(image_of(run))
    assert Product.objects.count() == 1
