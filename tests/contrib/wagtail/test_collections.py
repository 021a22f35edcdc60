"""Rights for each collection, as Wagtail gives them: an editor of cups touches no pots."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import Selection

from .shop import LABEL, editor_of, make_image, make_run

pytestmark = pytest.mark.django_db


def selected(client, image):
    return client.post(reverse("product_isolation:select", args=[LABEL]), {"pk": [image.pk]})


def pages_of(run, image):
    return [
        reverse("product_isolation:progress", args=[run.batch_id]),
        reverse("product_isolation:preview_run", args=[run.pk, "source"]),
        reverse("product_isolation:preview_image", args=[LABEL, image.pk]),
    ]


@pytest.mark.parametrize("is_staff", [False, True])
def test_an_editor_sees_and_orders_images_of_the_own_collection(client, collections, is_staff):
    client.force_login(editor_of(collections["cups"], "choose", "change", is_staff=is_staff))
    image = make_image(collections["cups"])
    confirm = selected(client, image)["Location"]
    assert client.get(confirm).status_code == 200
    run = make_run(image)
    assert [client.get(url).status_code for url in pages_of(run, image)] == [200] * 3


@pytest.mark.parametrize("is_staff", [False, True])
@pytest.mark.parametrize("status", [Status.APPLIED, Status.READY])
def test_an_editor_touches_no_image_of_another_collection(client, collections, is_staff, status):
    client.force_login(editor_of(collections["cups"], "choose", "change", is_staff=is_staff))
    image = make_image(collections["pots"], "A pot")
    run = make_run(image, status)
    assert selected(client, image).status_code == 403
    assert not Selection.objects.exists()
    assert [client.get(url).status_code for url in pages_of(run, image)] == [404] * 3
    assert client.post(reverse("product_isolation:restore", args=[run.pk])).status_code == 404
    queue = reverse("product_isolation:review")
    client.post(queue, {"decide": f"approve:{run.pk}"})
    assert "A pot" not in client.get(queue).content.decode()
    run.refresh_from_db()
    assert (run.status, run.review) == (status, status == Status.READY)


def test_an_editor_who_may_only_choose_sees_and_changes_nothing(client, collections):
    client.force_login(editor_of(collections["cups"], "choose"))
    image = make_image(collections["cups"])
    run = make_run(image)
    assert [client.get(url).status_code for url in pages_of(run, image)] == [200] * 3
    assert selected(client, image).status_code == 403
    assert client.post(reverse("product_isolation:restore", args=[run.pk])).status_code == 403


def test_who_may_add_may_change_what_they_added(client, collections):
    user = editor_of(collections["cups"], "add")
    client.force_login(user)
    mine = make_image(collections["cups"], uploaded_by_user=user)
    other = make_image(collections["cups"])
    assert selected(client, mine).status_code == 302
    assert selected(client, other).status_code == 403


def test_a_collection_within_the_own_one_is_the_own_one(client, collections):
    within = collections["cups"].add_child(name="blue cups")
    client.force_login(editor_of(collections["cups"], "change"))
    assert selected(client, make_image(within)).status_code == 302


def test_staff_who_are_no_editors_have_no_say_by_wagtail(client, collections):
    user = editor_of(collections["cups"], "change", is_staff=True)
    Group.objects.get().permissions.remove(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    assert selected(client, make_image(collections["cups"])).status_code == 403


def test_a_superuser_may_do_it_all(client, collections):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    image = make_image(collections["pots"])
    assert selected(client, image).status_code == 302
    run = make_run(image)
    assert [client.get(url).status_code for url in pages_of(run, image)] == [200] * 3
