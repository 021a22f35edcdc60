"""Rights for each collection, as Wagtail gives them: an editor of cups touches no pots."""

from io import BytesIO

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.urls import reverse
from PIL import Image
from wagtail.images import get_image_model
from wagtail.models import Collection, GroupCollectionPermission

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, Selection

pytestmark = pytest.mark.django_db
LABEL = "gallery.galleryimage"
OURS = ("isolate_image", "review_result", "restore_image", "view_isolationrun")


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def collections():
    root = Collection.get_first_root_node() or Collection.add_root(name="Root")
    return {name: root.add_child(name=name) for name in ("cups", "pots")}


def make_image(collection, title="A cup", **values):
    content = BytesIO()
    Image.new("RGB", (120, 90), "tan").save(content, "JPEG")
    file = ContentFile(content.getvalue(), name="busy.jpg")
    return get_image_model().objects.create(
        title=title, file=file, width=120, height=90, collection=collection, **values
    )


def make_run(image, status=Status.APPLIED):
    batch = IsolationBatch.objects.create(
        model_label=LABEL, field_name="file", aspect_ratio="1:1", resolution="1K", unit_price=1
    )
    return IsolationRun.objects.create(
        batch=batch,
        object_pk=str(image.pk),
        label=image.title,
        status=status,
        source_name=image.file.name,
        review=status == Status.READY,
        due_at=None,
    )


def editor_of(collection, *actions, name="edi", is_staff=False):
    """An editor as Wagtail's own pages for groups make one."""
    group = Group.objects.create(name=f"editors {name}")
    entry = Permission.objects.get(codename="access_admin")
    ours = Permission.objects.filter(codename__in=OURS)
    group.permissions.add(entry, *ours)
    for action in actions:
        given = Permission.objects.get(
            content_type__app_label="wagtailimages", codename=f"{action}_image"
        )
        GroupCollectionPermission.objects.create(
            group=group, collection=collection, permission=given
        )
    user = get_user_model().objects.create_user(name, is_staff=is_staff)
    user.groups.add(group)
    return user


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
    assert "/login/" in selected(client, make_image(collections["cups"]))["Location"]


def test_a_superuser_may_do_it_all(client, collections):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    image = make_image(collections["pots"])
    assert selected(client, image).status_code == 302
    run = make_run(image)
    assert [client.get(url).status_code for url in pages_of(run, image)] == [200] * 3
