"""Wagtail's own list of images: an editor who is no staff isolates from it and restores."""

import pytest
from django.conf import settings as django_settings
from django.urls import reverse
from wagtail.images import get_image_model

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun, Selection

from .shop import bulk, editor_of, make_image, make_page, make_run, order, shown, shows, work_off

pytestmark = pytest.mark.django_db


def stored(image) -> bytes:
    with image.file.storage.open(image.file.name) as file:
        return file.read()


def isolated(client, *images) -> None:
    confirm = client.get(bulk("isolate_product", *images, next="/admin/images/"))["Location"]
    order(client, confirm)
    work_off()


def test_from_the_list_to_a_clean_page_and_back(client, editor, picture):
    page = make_page(image=picture)
    busy, content = picture.file.name, stored(picture)
    before = client.get(page.url).content.decode()
    assert all(shows(shown(before, css), busy) for css in ("thumb", "large"))

    isolated(client, picture)
    picture.refresh_from_db()
    clean = picture.file.name
    assert clean != busy
    after = client.get(page.url).content.decode()
    for css in ("thumb", "large"):
        assert shows(shown(after, css), clean) and not shows(shown(after, css), busy)

    asked = client.get(bulk("restore_original", picture, next="/admin/images/"))
    assert picture.title in asked.content.decode()
    assert IsolationRun.objects.get().status == Status.APPLIED
    answer = client.post(bulk("restore_original", picture, next="/admin/images/"))
    assert answer["Location"] == "/admin/images/"
    assert "1 original is being restored." in client.get("/admin/images/").content.decode()
    work_off()
    picture.refresh_from_db()
    assert (picture.file.name, stored(picture)) == (busy, content)
    again = client.get(page.url).content.decode()
    for css in ("thumb", "large"):
        assert shows(shown(again, css), busy) and not shows(shown(again, css), clean)


def test_the_list_offers_both_actions_also_after_a_search(client, editor, picture):
    for address in ("/admin/images/", "/admin/images/?q=cup"):
        page = client.get(address).content.decode()
        assert bulk("isolate_product").rstrip("?") in page
        assert bulk("restore_original").rstrip("?") in page


def test_all_in_the_list_are_those_that_the_editor_may_change(client, editor, picture, collections):
    second = make_image(collections["cups"], "Another cup")
    make_image(collections["pots"], "A pot")
    client.get(bulk("isolate_product", id="all"))
    assert Selection.objects.get().object_pks == [str(picture.pk), str(second.pk)]


def test_all_that_a_search_found(client, editor, picture, collections):
    make_image(collections["cups"], "A jar")
    client.get(bulk("isolate_product", id="all", q="cup"))
    assert Selection.objects.get().object_pks == [str(picture.pk)]


def test_an_image_of_another_collection_is_left_out(client, editor, picture, collections):
    pot = make_image(collections["pots"], "A pot")
    run = make_run(pot)
    IsolationRun.objects.update(result_name=pot.file.name)  # it shows a result
    answer = client.get(bulk("isolate_product", pot))
    assert answer["Location"] == reverse("wagtailadmin_home")
    assert not Selection.objects.exists()
    client.post(bulk("restore_original", pot))
    run.refresh_from_db()
    assert run.status == Status.APPLIED
    confirm = client.get(bulk("isolate_product", picture, pot))["Location"]
    assert "1 image for $0.27" in client.get(confirm).content.decode()


@pytest.mark.parametrize("action", ["isolate_product", "restore_original"])
def test_an_action_takes_our_permission(client, picture, collections, action):
    client.force_login(editor_of(collections["cups"], "change", ours=("view_isolationrun",)))
    assert client.get(bulk(action, picture))["Location"] == reverse("wagtailadmin_home")
    assert client.post(bulk(action, picture))["Location"] == reverse("wagtailadmin_home")


def test_nonsense_for_a_key_is_no_error(client, editor, picture):
    assert client.get(bulk("isolate_product", id="x")).status_code == 400


@pytest.mark.parametrize(
    ("status", "words", "buttons"),
    [
        (None, "Not isolated.", ["Isolate product"]),
        (Status.PROCESSING, "Being isolated", []),
        (Status.READY, "Ready for review", []),
        (Status.FAILED, "Failed", ["Isolate product"]),
    ],
)
def test_an_images_page_says_how_it_stands(client, editor, picture, status, words, buttons):
    if status:
        make_run(picture, status)
    page = client.get(reverse("wagtailimages:edit", args=[picture.pk])).content.decode()
    panel = page[page.index("isolation-panel") : page.index("w-editor-form")]
    assert words in panel
    found = [b for b in ("Isolate product", "Restore original") if b in panel]
    assert found == buttons


def test_from_an_images_page_and_back_to_it(client, editor, picture):
    edit = reverse("wagtailimages:edit", args=[picture.pk])
    select = reverse(
        "product_isolation:select",
        args=[django_settings.WAGTAILIMAGES_IMAGE_MODEL.lower()],
        current_app="wagtail_isolation",
    )
    assert f'formaction="{select}?field=file&amp;back={edit.replace("/", "%2F")}' in (
        client.get(edit).content.decode()
    )
    confirm = client.post(f"{select}?field=file&back={edit}", {"pk": picture.pk})["Location"]
    assert f'href="{edit}"' in client.get(confirm).content.decode()
    order(client, confirm)
    work_off()
    page = client.get(edit).content.decode()
    run = IsolationRun.objects.get()
    restore = reverse("product_isolation:restore", args=[run.pk], current_app="wagtail_isolation")
    assert "Applied" in page and restore in page
    assert client.post(f"{restore}?back={edit}")["Location"] == edit
    work_off()
    assert "Original restored" in client.get(edit).content.decode()


def test_an_images_page_is_as_ever_for_others(client, picture, collections):
    client.force_login(editor_of(collections["cups"], "change", ours=()))
    page = client.get(reverse("wagtailimages:edit", args=[picture.pk]))
    assert page.status_code == 200
    assert "isolation-panel" not in page.content.decode()


def test_an_editor_saves_and_deletes_an_isolated_image(client, editor, picture):
    isolated(client, picture)
    picture.refresh_from_db()
    clean, edit = picture.file.name, reverse("wagtailimages:edit", args=[picture.pk])
    values = {
        "title": "Renamed",
        "collection": picture.collection_id,
        **dict.fromkeys(("focal_point_x", "focal_point_y"), "10"),
        **dict.fromkeys(("focal_point_width", "focal_point_height"), "5"),
    }
    assert client.post(edit, values).status_code == 302
    picture.refresh_from_db()
    assert (picture.title, picture.file.name, picture.focal_point_x) == ("Renamed", clean, 10)
    delete = reverse("wagtailimages:delete", args=[picture.pk])
    assert client.get(delete).status_code == 200
    assert client.post(delete).status_code == 302
    assert not get_image_model().objects.exists()
    run = IsolationRun.objects.get()
    assert client.get(reverse("product_isolation:progress", args=[run.batch_id])).status_code == 200
