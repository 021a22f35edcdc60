"""Isolating from filer's folders, by the rights that filer gives for them."""

import pytest
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.urls import reverse
from filer.admin.tools import has_admin_read_permission

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.contrib.filer.checks import check_filer
from django_product_isolation.host.access import shop_permissions
from django_product_isolation.models import IsolationRun, Selection

from .models import Mug
from .pictures import make_editor, make_folder, make_picture

pytestmark = pytest.mark.django_db
IMAGE = "filer.image"


def listing(folder=None) -> str:
    if folder is None:
        return reverse("admin:filer-directory_listing-unfiled_images")
    return reverse("admin:filer-directory_listing", args=[folder.pk])


def act(client, action, *items, folder=None):
    """Tick files and folders in a folder and press Go."""
    ticked = [f"{'folder' if hasattr(item, 'children') else 'file'}-{item.pk}" for item in items]
    data = {"action": action, "index": 0, "_selected_action": ticked, "select_across": 0}
    return client.post(listing(folder), data)


def actions_in(client, folder=None) -> set[str]:
    form = client.get(listing(folder)).context["action_form"]
    return {name for name, _label in form.fields["action"].choices}


def selected() -> list[str]:
    return Selection.objects.get().object_pks


@pytest.fixture
def boss(client):
    user = get_user_model().objects.create_superuser("boss")
    client.force_login(user)
    return user


def test_ticked_images_lead_to_the_confirm_page_and_back_to_the_folder(client, boss):
    folder = make_folder("Cups")
    picture = make_picture(folder)
    make_picture(folder)
    page = act(client, "isolate_product", picture, folder=folder)
    assert selected() == [str(picture.pk)]
    confirm = client.get(page["Location"])
    assert "Isolate 1 image for $0.27" in confirm.content.decode()
    assert listing(folder) in confirm.content.decode()


def test_a_ticked_folder_stands_for_all_images_in_it(client, boss):
    folder = make_folder("Cups")
    within = make_folder("Blue", folder)
    pictures = [make_picture(folder), make_picture(within)]
    make_picture(make_folder("Pots"))
    client.post(
        reverse("admin:filer-directory_listing-root"),
        {"action": "isolate_product", "index": 0, "_selected_action": [f"folder-{folder.pk}"]},
    )
    assert selected() == [str(picture.pk) for picture in pictures]


def test_originals_are_put_back_from_the_folder(client, boss, runflow, go_on):
    folder = make_folder("Cups")
    picture = make_picture(folder)
    run = go_on(isolate(picture).runs.get())
    assert act(client, "restore_original", picture, folder=folder).status_code == 302
    assert go_on(IsolationRun.objects.get(pk=run.pk)).status == Status.RESTORED


def test_the_actions_are_there_for_who_has_our_permissions(client):
    folder = make_folder("Cups")
    client.force_login(make_editor(edit=[folder]))
    assert {"isolate_product", "restore_original"} <= actions_in(client, folder)
    client.force_login(make_editor("eve", edit=[folder], permissions=["isolate_image"]))
    assert "isolate_product" in actions_in(client, folder)
    assert "restore_original" not in actions_in(client, folder)


def test_an_editor_of_one_folder_orders_nothing_of_another(client):
    cups, pots = make_folder("Cups"), make_folder("Pots")
    client.force_login(make_editor(edit=[cups], read=[pots]))
    mine, other = make_picture(cups), make_picture(pots)
    page = client.get(act(client, "isolate_product", mine, folder=cups)["Location"])
    assert "Isolate 1 image for $0.27" in page.content.decode()
    Selection.objects.all().delete()
    page = client.get(act(client, "isolate_product", other, folder=pots)["Location"])
    assert "$0.27" not in page.content.decode()


def folders_of(user):
    """Every kind of place a picture may be in, for that user."""
    return {
        "read": make_folder("read"),
        "edit": make_folder("edit"),
        "closed": make_folder("closed"),
        "own": make_folder("own", owner=user),
        "none": None,
    }


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("is_owner", [True, False])
@pytest.mark.parametrize("is_public", [True, False])
def test_who_may_see_and_change_what_is_filers_own_answer(
    monkeypatch, enabled, is_owner, is_public
):
    monkeypatch.setattr("filer.settings.FILER_ENABLE_PERMISSIONS", enabled)
    user = make_editor()
    places = folders_of(user)
    make_editor("x")  # somebody else's rights do not count
    from filer.models import FolderPermission

    for name in ("read", "edit"):
        FolderPermission.objects.create(
            folder=places[name],
            type=FolderPermission.THIS,
            user=user,
            can_read=FolderPermission.ALLOW,
            can_edit=FolderPermission.ALLOW if name == "edit" else None,
        )
    request = RequestFactory().get("/")
    request.user = user
    pictures = [
        make_picture(folder, owner=user if is_owner else None, is_public=is_public)
        for folder in places.values()
    ]
    keys = [picture.pk for picture in pictures]
    from .pictures import Image

    seen = shop_permissions.allowed(request, "view", Image, keys)
    changed = shop_permissions.allowed(request, "change", Image, keys)
    # Its search lists private files in no folder, too, and opens them to nobody.
    open_to_all = {p.pk for p in pictures if p.is_public}
    assert seen == {
        str(p.pk)
        for p in pictures
        if has_admin_read_permission(request, p)
        and (p.pk in open_to_all or p.has_read_permission(request))
    }
    assert changed == {str(p.pk) for p in pictures if p.has_edit_permission(request)}


def test_who_may_not_use_the_listing_sees_nothing_there():
    folder = make_folder("Cups")
    user = make_editor(edit=[folder], is_listing=False)
    request = RequestFactory().get("/")
    request.user = user
    picture = make_picture(folder)
    assert shop_permissions.allowed(request, "view", type(picture), [picture.pk]) == set()


def test_an_image_bears_the_name_of_the_product_that_points_at_it(boss, client, runflow):
    picture = make_picture(make_folder("Cups"))
    Mug.objects.create(name="Enamel mug", photo=picture)
    assert isolate(picture).runs.get().label == "Enamel mug"


def test_all_images_of_ticked_products_are_isolated(client, boss):
    picture = make_picture()
    make_picture()
    mug = Mug.objects.create(name="Enamel mug", photo=picture)
    data = {"action": "isolate_all_images", "index": 0, "_selected_action": [mug.pk]}
    client.post(reverse("admin:library_mug_changelist"), data)
    assert selected() == [str(picture.pk)]


def test_checks_say_what_keeps_the_actions_away(settings):
    assert check_filer() == []
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": {}}
    assert [found.id for found in check_filer()] == ["product_isolation.W026"]


def test_checks_say_when_filer_comes_later(monkeypatch):
    from django.apps import apps

    configs = list(apps.get_app_configs())
    monkeypatch.setattr(apps, "get_app_configs", lambda: [*reversed(configs)])
    assert [found.id for found in check_filer()] == ["product_isolation.W027"]
