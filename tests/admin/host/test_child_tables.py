"""Doors that show some rows of a table only: of a child table, of one product each, of none."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission

from django_product_isolation.admin.runs import RunAdmin
from django_product_isolation.choices import Status
from django_product_isolation.host.access import shop_permissions
from django_product_isolation.models import IsolationRun
from tests.admin.host.odd_shop import OddImage, odd_site
from tests.photos import photo_file
from tests.shop import ISOLATE, SPENDING, VIEW_RUNS, make_batch, make_run, make_staff
from tests.shops.catalogue.models import ProductImage, Shot, StudioShot
from tests.shops.wardrobe.models import Coat, Cut, Garment

pytestmark = pytest.mark.django_db

RUNS = "/odd/product_isolation/isolationrun/"


@pytest.fixture
def shots(settings):
    images = {"catalogue.Shot": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    plain = Shot.objects.create(picture=photo_file("plain.jpg"))
    child = StudioShot.objects.create(picture=photo_file("child.jpg"), studio="S")
    return plain, child


def runs_of(*rows):
    batch = make_batch(model_label="catalogue.shot", field_name="picture")
    return [
        make_run(Status.FAILED, batch=batch, object_pk=str(row.pk), name=type(row).__name__)
        for row in rows
    ]


@pytest.fixture
def vendor(client):
    names = [f"catalogue.{verb}_studioshot" for verb in ("view", "change")]
    user = make_staff(ISOLATE, VIEW_RUNS, SPENDING, *names)
    client.force_login(user)
    return user


def listed(client):
    return [run.object_pk for run in client.get(RUNS).context["cl"].result_list]


def test_the_admin_of_a_child_table_shows_no_run_of_other_rows(client, settings, shots, vendor):
    plain, child = shots
    hidden, shown = runs_of(plain, child)
    with odd_site(
        settings, (Shot, admin.ModelAdmin), (StudioShot, admin.ModelAdmin), (IsolationRun, RunAdmin)
    ):
        assert listed(client) == [str(child.pk)]
        export = client.get("/product-isolation/spending/export/")
        named = [line.split(",")[3] for line in b"".join(export).decode().splitlines()[1:]]
        assert sorted(named) == ["", "StudioShot"]
        assert client.get(f"{RUNS}{hidden.pk}/change/").status_code == 302
        plain.delete()
        assert client.get(f"{RUNS}{hidden.pk}/change/").status_code == 302
        assert client.get(f"{RUNS}{shown.pk}/change/").status_code == 200


def test_the_admin_of_the_parent_shows_them_all(client, settings, shots, vendor):
    vendor.user_permissions.add(*Permission.objects.filter(codename="view_shot"))
    plain, child = shots
    (hidden, _shown) = runs_of(plain, child)
    with odd_site(settings, (Shot, admin.ModelAdmin), (IsolationRun, RunAdmin)):
        assert sorted(listed(client)) == sorted([str(plain.pk), str(child.pk)])
        plain.delete()
        assert client.get(f"{RUNS}{hidden.pk}/change/").status_code == 200


@pytest.mark.parametrize("shown", [Shot, StudioShot])
def test_of_the_child_the_admin_of_either_table_shows_all(settings, rf, shown):
    images = {"catalogue.StudioShot": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    assert sees_all(settings, rf, StudioShot, (shown, admin.ModelAdmin))


def sees_all(settings, rf, model, *registered):
    request = rf.get("/")
    request.user = get_user_model().objects.create_superuser("boss")
    with odd_site(settings, *registered):
        return shop_permissions.sees_all(request, model)


class OnePerProduct(admin.ModelAdmin):
    def get_queryset(self, request):
        return super().get_queryset(request).order_by("product").distinct("product")


class Some(admin.ModelAdmin):
    def get_queryset(self, request):
        return super().get_queryset(request).filter(caption="mine")


@pytest.mark.parametrize(
    ("host", "sees"), [(admin.ModelAdmin, True), (Some, False), (OnePerProduct, False)]
)
def test_a_proxys_admin_shows_all_unless_it_narrows(settings, rf, host, sees):
    assert sees_all(settings, rf, ProductImage, (OddImage, host)) is sees


class Cuts(admin.TabularInline):
    model = Cut


class WithCuts(admin.ModelAdmin):
    inlines = [Cuts]


@pytest.mark.parametrize(("owner", "sees"), [(Garment, True), (Coat, False)])
def test_an_inline_on_the_page_of_a_child_table_has_not_all_rows(settings, rf, owner, sees):
    assert sees_all(settings, rf, Cut, (owner, WithCuts)) is sees
