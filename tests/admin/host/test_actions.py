"""The actions on the host's image lists: how they get there, who is offered them, restoring."""

import itertools
import shutil

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from django_product_isolation.admin.host import actions
from django_product_isolation.admin.host.actions import isolate_product
from django_product_isolation.admin.host.attach import attach
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.staff import permissions
from tests.photos import make_image, shown_bytes
from tests.shop import (
    CHANGE,
    CHANGELIST,
    EVERYTHING,
    ISOLATE,
    RESTORE,
    VIEW,
    image_of,
    make_run,
    make_staff,
    press,
    put_originals_back,
    said,
    status_of,
    tick,
)
from tests.shops.catalogue.admin import ProductImageAdmin
from tests.shops.catalogue.models import Product, ProductImage

NAMES = ["isolate_product", "restore_original"]
OF_PRODUCTS = ["isolate_all_images", "isolate_main_images"]
SUBSETS = [
    [VIEW, *chosen]
    for size in range(4)
    for chosen in itertools.combinations([CHANGE, ISOLATE, RESTORE], size)
]


def names_of(model_admin) -> list[str]:
    return [getattr(action, "__name__", action) for action in model_admin.actions or []]


class Elsewhere(ProductImage):
    class Meta:
        proxy = True
        app_label = "catalogue"


class WithOwnActions(admin.ModelAdmin):
    actions = ("isolate_product", "make_main")

    def isolate_product(self, request, queryset):
        return None

    def make_main(self, request, queryset):
        return None


class WithoutActions(admin.ModelAdmin):
    actions = None


@pytest.fixture
def site():
    return admin.AdminSite(name="elsewhere")


def test_the_actions_are_on_the_models_named_in_images_and_on_their_products_only():
    assert names_of(admin.site.get_model_admin(ProductImage)) == NAMES
    assert names_of(admin.site.get_model_admin(Product)) == OF_PRODUCTS
    assert names_of(admin.site.get_model_admin(User)) == []


def test_no_class_is_changed():
    assert not ProductImageAdmin.actions
    assert not admin.ModelAdmin.actions
    assert not hasattr(ProductImageAdmin, "has_isolate_image_permission")


def test_attaching_again_adds_nothing():
    attach()
    assert names_of(admin.site.get_model_admin(ProductImage)) == NAMES


def test_every_site_gets_the_actions_and_proxies_too(site):
    site.register(ProductImage)
    site.register(Elsewhere)
    site.register(Product)
    attach()
    assert names_of(site.get_model_admin(ProductImage)) == NAMES
    assert names_of(site.get_model_admin(Elsewhere)) == NAMES
    assert names_of(site.get_model_admin(Product)) == OF_PRODUCTS


def test_a_hosts_action_of_the_same_name_is_kept(site):
    site.register(ProductImage, WithOwnActions)
    attach()
    assert names_of(site.get_model_admin(ProductImage)) == [
        "isolate_product",
        "make_main",
        "restore_original",
    ]
    assert isolate_product not in site.get_model_admin(ProductImage).actions


def test_actions_that_are_switched_off_stay_off(site):
    site.register(ProductImage, WithoutActions)
    attach()
    assert site.get_model_admin(ProductImage).actions is None


def test_wrong_settings_are_left_to_the_system_checks(site, settings):
    site.register(ProductImage)
    settings.PRODUCT_ISOLATION = {"IMAGES": {"catalogue.Nothing": {"field": "original"}}}
    attach()
    assert names_of(site.get_model_admin(ProductImage)) == []


def test_django_finds_no_fault_with_the_admins():
    assert admin.site.get_model_admin(ProductImage).check() == []


@pytest.mark.django_db
@pytest.mark.parametrize("permissions", SUBSETS, ids=lambda p: "+".join(n[10:17] for n in p))
def test_an_action_is_offered_to_those_who_may_use_it(client, permissions):
    make_image()
    client.force_login(make_staff(*permissions))
    response = client.get(CHANGELIST)
    form = response.context["action_form"]
    offered = [name for name, _label in form.fields["action"].choices] if form else []
    assert ("isolate_product" in offered) == {CHANGE, ISOLATE}.issubset(permissions)
    assert ("restore_original" in offered) == {CHANGE, RESTORE}.issubset(permissions)


@pytest.mark.django_db
@pytest.mark.parametrize("permissions", SUBSETS, ids=lambda p: "+".join(n[10:17] for n in p))
def test_a_post_does_nothing_for_those_who_may_not(client, permissions):
    image, applied = make_image(), make_run(Status.APPLIED)
    client.force_login(make_staff(*permissions))
    address = client.post(CHANGELIST, tick([image])).get("Location", "")
    if address.startswith("/product-isolation/confirm/"):
        press(client, address)
    begun = IsolationRun.objects.filter(status=Status.QUEUED).exists()
    assert begun == {CHANGE, ISOLATE}.issubset(permissions)
    client.post(CHANGELIST, tick([image_of(applied)], "restore_original"))
    restored = status_of(applied) == Status.RESTORING
    assert restored == {CHANGE, RESTORE}.issubset(permissions)


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_the_action_itself_refuses_those_who_may_not(client, monkeypatch, name):
    """A host that offers the action to everybody still lets nobody in."""
    image = make_image()
    client.force_login(make_staff(CHANGE, VIEW))
    model_admin = admin.site.get_model_admin(ProductImage)
    for permission in actions.PERMISSIONS:
        monkeypatch.setattr(model_admin, f"has_{permission}_permission", lambda request: True)
    assert client.post(CHANGELIST, tick([image], name)).status_code == 403
    assert not IsolationRun.objects.exists()


@pytest.mark.django_db
def test_restore_puts_the_original_back_byte_for_byte(client):
    image = make_image()
    before = shown_bytes(image)
    run = make_run(Status.APPLIED, image=image)
    assert shown_bytes(image) != before
    client.force_login(make_staff(*EVERYTHING))
    response = client.post(CHANGELIST, tick([image], "restore_original"), follow=True)
    assert said(response) == ["1 original is being restored. View progress"]
    put_originals_back()
    assert shown_bytes(image) == before
    assert status_of(run) == Status.RESTORED
    assert "Restored" in LogEntry.objects.get().change_message


@pytest.mark.django_db
def test_restore_counts_what_it_did_and_names_what_it_left(client):
    runs = [make_run(Status.APPLIED, name=name) for name in ("Cup", "Pot", "Jug")]
    images = [image_of(run) for run in runs] + [make_image("Gift card")]
    client.force_login(make_staff(*EVERYTHING))
    response = client.post(CHANGELIST, tick(images, "restore_original"), follow=True)
    assert said(response) == [
        "3 originals are being restored. View progress",
        "Gift card shows no isolated image, so there is nothing to restore.",
    ]


@pytest.mark.django_db
def test_restore_leaves_images_alone_that_the_user_may_not_change(client, some_are_locked):
    run = make_run(Status.APPLIED)
    ProductImage.objects.update(caption="locked")
    client.force_login(make_staff(*EVERYTHING))
    response = client.post(CHANGELIST, tick([image_of(run)], "restore_original"), follow=True)
    assert said(response) == ["You are not allowed to change 1 image."]
    assert status_of(run) == Status.APPLIED


@pytest.mark.django_db
def test_the_images_page_says_when_the_original_is_gone(client):
    run = make_run(Status.APPLIED)
    image_of(run).original.storage.delete(run.source_name)
    client.force_login(make_staff(*EVERYTHING))
    client.post(CHANGELIST, tick([image_of(run)], "restore_original"))
    put_originals_back()
    page = client.get(f"{CHANGELIST}{run.object_pk}/change/").content.decode()
    assert "The original file is missing or damaged, so nothing was changed." in page
    assert image_of(run).original.name == run.result_name


@pytest.mark.django_db
def test_restore_is_taken_while_the_storage_does_not_answer(client, media_root):
    run = make_run(Status.APPLIED)
    shutil.rmtree(media_root)
    media_root.write_text("not a folder")
    client.force_login(make_staff(*EVERYTHING))
    pks = {"_selected_action": [run.object_pk]}
    response = client.post(CHANGELIST, tick([], "restore_original", **pks))
    assert response.status_code == 302
    put_originals_back()
    assert status_of(run) == Status.RESTORING


@pytest.mark.django_db
def test_restore_says_when_it_did_not_look_at_all_that_was_chosen(client, monkeypatch):
    monkeypatch.setattr(actions, "MAX_READ", 1)
    monkeypatch.setattr(permissions, "MAX_READ", 1)
    runs = [make_run(Status.APPLIED, name=name) for name in ("Cup", "Pot")]
    client.force_login(make_staff(*EVERYTHING))
    images = [image_of(run) for run in runs]
    response = client.post(CHANGELIST, tick(images, "restore_original"), follow=True)
    assert said(response)[0].startswith("Only the first 1 were processed.")
    assert sorted(map(status_of, runs)) == [Status.APPLIED, Status.RESTORING]
