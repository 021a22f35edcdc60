"""Lists that hand out instances of child classes, as polymorphic bases do."""

import re

import pytest

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from tests.photos import photo_file
from tests.shop import ISOLATE, make_staff, press, put_originals_back
from tests.shops.assortment.models import BestWebShot, DoubleShot, Scan, Shot, StudioShot
from tests.shops.assortment.stock import make_item

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(db):
    return make_item()


@pytest.fixture
def shots(assortment, item):
    """One of the base, one of a child, one of a child of two parents with keys of their own."""
    assortment(Shot={"field": "image", "product": "item"})
    Scan.objects.create(scanned=photo_file())
    made = [
        Shot.objects.create(item=item, image=photo_file()),
        StudioShot.objects.create(item=item, image=photo_file()),
        DoubleShot.objects.create(item=item, image=photo_file(), scanned=photo_file()),
    ]
    assert {type(shot) for shot in Shot.objects.all()} == {type(shot) for shot in made}
    return made


@pytest.mark.parametrize("page", ["shot", "studioshot", "doubleshot", "bestwebshot"])
def test_the_lists_of_base_children_and_proxies_show_the_state(client, shots, page):
    isolate(Shot.objects.all())
    text = client.get(f"/admin/assortment/{page}/").text
    count = {"shot": 3, "bestwebshot": 3}.get(page, 1)
    assert text.count("Queued") == count


@pytest.mark.parametrize("page", ["shot", "bestwebshot"])
def test_the_page_of_every_row_shows_panel_and_button(client, shots, page):
    for shot in shots:
        text = client.get(f"/admin/assortment/{page}/{shot.pk}/change/").text
        [button] = re.findall(r'formaction="([^"]+)" name="pk" value="(\d+)"', text)
        assert button[1] == str(shot.pk)
        assert "/select/assortment.shot/" in button[0]


def test_who_may_change_the_base_finds_the_buttons_of_its_children(client, shots, item):
    rights = ("assortment.change_shot", "assortment.change_item", ISOLATE)
    client.force_login(make_staff(*rights))
    text = client.get(f"/admin/assortment/shot/{shots[1].pk}/change/").text
    assert "/select/assortment.shot/" in text
    text = client.get(f"/admin/assortment/item/{item.pk}/change/").text
    assert text.count("/select/assortment.shot/") == 3


def test_the_child_s_own_page_shows_the_panel(client, shots):
    isolate(shots[1])
    text = client.get(f"/admin/assortment/studioshot/{shots[1].pk}/change/").text
    assert "State and history" in text
    assert "Queued" in text


def test_inlines_show_the_state_of_children(client, shots, item):
    isolate(Shot.objects.all())
    text = client.get(f"/admin/assortment/item/{item.pk}/change/").text
    assert text.count("Queued") == 3


@pytest.mark.parametrize("page", ["shot", "studioshot", "bestwebshot"])
def test_ticked_children_are_ordered_and_their_batch_is_shown(client, shots, page):
    ticked = {"action": "isolate_product", "_selected_action": [shots[1].pk], "index": "0"}
    address = client.post(f"/admin/assortment/{page}/", ticked)["Location"]
    response = press(client, address)
    run = IsolationRun.objects.get()
    assert (run.object_pk, run.label, run.prompt) == (str(shots[1].pk), "Kettle", "Kettle")
    assert client.get(response["Location"]).status_code == 200
    text = client.get(f"/admin/assortment/{page}/").text
    assert "Queued" in text


def test_children_are_isolated_to_their_end_and_put_back(client, runflow, shots, go_on):
    runs = [go_on(run) for run in isolate(StudioShot.objects.all()).runs.all()]
    assert [run.status for run in runs] == [Status.APPLIED]
    assert IsolationBatch.objects.get().model_label == "assortment.shot"
    text = client.get("/admin/assortment/shot/").text
    assert text.count("Applied") > 0
    ticked = {"action": "restore_original", "_selected_action": [shots[1].pk], "index": "0"}
    client.post("/admin/assortment/studioshot/", ticked)
    put_originals_back()
    assert StudioShot.objects.get().image.name == shots[1].image.name
    assert BestWebShot.objects.count() == 3
