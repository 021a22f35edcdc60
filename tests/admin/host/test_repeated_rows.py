"""A stranger's shop: rows that joins give several times, a bin, an order that is shuffled."""

import re

import pytest
from django.contrib import admin

from django_product_isolation import NothingToIsolate, isolate, plan, restore
from django_product_isolation.admin.host.attach import attach
from django_product_isolation.models import IsolationRun, Selection
from django_product_isolation.reasons import Reason
from django_product_isolation.staff import permissions, selections
from tests.shop import press, quote_on
from tests.shops.bazaar.models import Album, GroupPhoto, Photo, Ware
from tests.shops.bazaar.stock import make_group_photo, make_photo, make_ware

pytestmark = pytest.mark.django_db

GROUP_PHOTOS, WARES = "/admin/bazaar/groupphoto/", "/admin/bazaar/ware/"
BY_WARES = {"field": "picture", "product": "wares"}


@pytest.fixture
def bazaar(option):
    """Name the bazaar's images; its admins keep their actions to themselves."""
    kept = {model: model_admin.actions for model, model_admin in admin.site._registry.items()}

    def name(**options):
        images = {"bazaar.Photo": {"field": "picture", "product": "ware"}}
        option(IMAGES={**images, "bazaar.GroupPhoto": BY_WARES}, **options)
        attach()

    name()
    yield name
    for model, actions in kept.items():
        admin.site.get_model_admin(model).actions = actions


def act(client, address, action, rows):
    """Run an action of a list; the confirm page that it leads to."""
    posted = {"action": action, "_selected_action": [row.pk for row in rows], "index": "0"}
    return client.post(address, posted)["Location"]


# Rows that come several times


def test_a_photo_that_joins_give_three_times_is_counted_and_begun_once(admin_client, bazaar):
    photo, other = make_group_photo("Cup", "Pot", "Jug"), make_group_photo("Urn", "Vase")
    address = act(admin_client, GROUP_PHOTOS, "isolate_product", [photo, other])
    page = admin_client.get(address)
    assert 'value="Isolate 2 images for $0.54"' in page.content.decode()
    assert "deleted meanwhile" not in page.content.decode()
    assert Selection.objects.get().chosen == 2
    assert press(admin_client, address, quote=quote_on(page)).status_code == 302
    assert IsolationRun.objects.count() == 2


@pytest.mark.parametrize("product", ["wares", "album", ""])
def test_a_product_of_many_costs_and_reserves_one_price(option, product):
    photo = make_group_photo("Cup", "Pot", "Jug")
    for title in ("Summer", "Winter"):
        Album.objects.create(title=title, cover=photo)
    named = {"field": "picture", **({"product": product} if product else {})}
    option(IMAGES={"bazaar.GroupPhoto": named}, DAILY_BUDGET="0.27")
    images = GroupPhoto.objects.filter(wares__name__in=["Cup", "Pot", "Jug"])
    assert images.count() == 3
    chosen = plan(images)
    assert (len(chosen.accepted), str(chosen.total)) == (1, "0.27")
    assert isolate(images).runs.count() == 1


def test_what_lies_beyond_the_limit_is_counted_by_image(bazaar, monkeypatch):
    monkeypatch.setattr("django_product_isolation.workflow.planning.MAX_READ", 2)
    photos = [make_group_photo(f"Cup {n}", f"Pot {n}") for n in range(5)]
    images = GroupPhoto.objects.filter(wares__isnull=False).order_by("pk")
    chosen = plan(images)
    assert [picture.pk for picture in chosen.accepted] == [str(p.pk) for p in photos[:2]]
    assert chosen.unread == 3
    assert plan(images[:6]).unread == 1
    assert plan(images.distinct()).unread == 3
    alone, others = (GroupPhoto.objects.order_by() for _ in range(2))
    both = alone.filter(pk=photos[0].pk).union(others.exclude(pk=photos[0].pk))
    assert plan(both).unread == 3


def test_a_whole_list_with_joins_is_kept_and_counted_by_image(rf, admin_user, bazaar, monkeypatch):
    monkeypatch.setattr(selections, "MAX_READ", 2)
    for n in range(4):
        make_group_photo(f"Cup {n}", f"Pot {n}", f"Jug {n}")
    request = rf.post("/")
    request.user = admin_user
    joined = GroupPhoto.objects.filter(wares__isnull=False)
    selections.select(request, GroupPhoto, "admin", joined)
    selection = Selection.objects.get()
    assert (selection.chosen, len(selection.object_pks)) == (4, 2)


def test_what_is_restored_is_named_once_too(bazaar):
    photo = make_group_photo("Cup", "Pot", "Jug")
    outcome = restore(GroupPhoto.objects.filter(pk=photo.pk, wares__isnull=False))
    assert len(outcome.skipped) == 1


def test_what_nobody_asked_the_rights_about_is_not_begun(admin_client, bazaar, monkeypatch):
    """Rights are read up to a limit of rows, and joins may use it up."""
    photos = [make_group_photo("Cup"), make_group_photo("Pot")]
    address = act(admin_client, GROUP_PHOTOS, "isolate_product", photos)
    quote = quote_on(admin_client.get(address))
    monkeypatch.setattr(permissions, "MAX_READ", 0)
    assert admin_client.get(address).status_code == 403
    assert press(admin_client, address, quote=quote).status_code == 403
    monkeypatch.setattr(permissions, "MAX_READ", 1)
    page = press(admin_client, address, quote=quote).content.decode()
    assert "1 image that was shown cannot be isolated any more." in page
    assert not IsolationRun.objects.exists()
    assert press(admin_client, address).status_code == 302
    assert IsolationRun.objects.count() == 1


# The bin


def test_what_lies_in_the_bin_is_not_chosen_from_the_products(admin_client, bazaar):
    ware = make_ware()
    binned, kept = make_photo(ware, position=1, binned=True), make_photo(ware, position=2)
    for action in ("isolate_all_images_of_bazaar_photo", "isolate_main_images_of_bazaar_photo"):
        address = act(admin_client, WARES, action, [ware])
        assert Selection.objects.latest("created_at").object_pks == [str(kept.pk)]
        press(admin_client, address)
        assert not IsolationRun.objects.filter(object_pk=binned.pk).exists()
    assert IsolationRun.objects.get().object_pk == str(kept.pk)


def test_what_goes_into_the_bin_after_the_page_was_drawn_is_not_ordered(admin_client, bazaar):
    photos = [make_photo(), make_photo()]
    address = act(admin_client, "/admin/bazaar/photo/", "isolate_product", photos)
    quote = quote_on(admin_client.get(address))
    Photo.objects.filter(pk=photos[0].pk).update(binned=True)
    page = press(admin_client, address, quote=quote).content.decode()
    assert "1 image that was shown cannot be isolated any more." in page
    assert not IsolationRun.objects.exists()


@pytest.mark.parametrize("choose_from", ["an instance", "a queryset"])
def test_code_that_names_what_lies_in_the_bin_is_told_so(bazaar, choose_from):
    photo = make_photo(binned=True)
    images = Photo.everything.all() if choose_from == "a queryset" else photo
    with pytest.raises(NothingToIsolate) as caught:
        isolate(images)
    (skipped,) = caught.value.skipped
    assert (skipped.picture.pk, skipped.reason) == (str(photo.pk), Reason.NOT_SHOWN)
    assert skipped.picture.label == "Kettle"


def test_a_button_for_a_photo_in_the_bin_is_refused(admin_client, bazaar):
    address = "/product-isolation/select/bazaar.photo/"
    photo = make_photo(binned=True)
    assert admin_client.post(address, {"pk": photo.pk}).status_code in (403, 404)


# A list that is shuffled


@pytest.mark.parametrize("kind", ["photo", "groupphoto"])
@pytest.mark.parametrize("which", ["all", "main"])
def test_products_in_random_order_keep_their_actions(admin_client, bazaar, kind, which):
    wares = [make_ware("Cup"), make_ware("Pot")]
    for position, ware in ((2, wares[0]), (1, wares[0]), (1, wares[1])):
        make_photo(ware, position=position)
    groups = [make_group_photo("Jug"), make_group_photo("Urn")]
    for photo in groups:
        photo.wares.add(*wares)
    action = f"isolate_{which}_images_of_bazaar_{kind}"
    page = admin_client.get(act(admin_client, WARES, action, Ware.objects.all()))
    names = re.findall(r"<figcaption>(\w+)", page.content.decode())
    if kind == "photo":
        expected = ["Cup", "Cup", "Pot"] if which == "all" else ["Cup", "Pot"]
        assert names == expected
    else:  # the first group photo of each ware may be one that both stand on
        assert len(names) in ((2,) if which == "all" else (1, 2))
