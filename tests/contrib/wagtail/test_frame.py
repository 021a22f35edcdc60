"""Our pages in Wagtail's frame: for those who came from there, and those who have no other."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from django_product_isolation.choices import Status
from django_product_isolation.models import RunEvent

from .shop import OURS, bulk, editor_of, make_image, make_run

pytestmark = pytest.mark.django_db
WAGTAILS, DJANGOS = 'id="wagtail-sidebar"', 'id="site-name"'


def page(name, *args, current_app="wagtail_isolation"):
    return reverse(f"product_isolation:{name}", args=args, current_app=current_app)


def all_pages(client, picture, user, current_app="wagtail_isolation"):
    """The address of every page that people see."""
    run = make_run(picture)
    make_run(picture, Status.READY)
    asked = timezone.now()
    kind, status = RunEvent.Kind.STATUS, Status.RESTORING
    RunEvent.objects.create(run=run, kind=kind, status=status, actor=user, at=asked)
    confirm = client.get(bulk("isolate_product", picture))["Location"]
    user.user_permissions.add(Permission.objects.get(codename="view_spending"))
    found = [
        page("progress", run.batch_id, current_app=current_app),
        page("review", current_app=current_app),
        page("restores", asked.isoformat(), current_app=current_app),
        page("spending", current_app=current_app),
    ]
    if current_app:
        found += [confirm, page("runs"), page("run", run.pk)]
    return found


def test_every_page_stands_in_wagtails_frame(client, editor, picture):
    for address in all_pages(client, picture, editor):
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        assert WAGTAILS in text and DJANGOS not in text, address
        links = text.split("content-main")[1]
        assert '"/product-isolation/' not in links.replace('"/product-isolation/preview', ""), (
            address
        )
        assert "/django-admin/" not in links, address


def test_an_editor_who_is_no_staff_has_wagtails_frame_everywhere(client, editor, picture):
    for address in all_pages(client, picture, editor, current_app=None):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert WAGTAILS in answer.content.decode(), address


def test_who_is_in_both_sees_the_frame_that_they_came_from(client, picture):
    boss = get_user_model().objects.create_superuser("boss")
    client.force_login(boss)
    for address in all_pages(client, picture, boss):
        assert WAGTAILS in client.get(address).content.decode(), address
    for address in all_pages(client, picture, boss, current_app=None):
        text = client.get(address).content.decode()
        assert DJANGOS in text and WAGTAILS not in text, address


def test_a_stranger_is_shown_wagtails_login(client, db):
    assert client.get(page("review"))["Location"].startswith(reverse("wagtailadmin_login"))


def test_another_collections_run_has_no_page(client, editor, collections, picture):
    run = make_run(make_image(collections["pots"], "A pot"))
    assert client.get(page("run", run.pk)).status_code == 404
    assert "A pot" not in client.get(page("runs")).content.decode()


def test_runs_are_found_by_name_and_by_image(client, editor, picture, collections):
    make_run(picture)
    make_run(make_image(collections["cups"], "A jar"))
    for sought in ("cup", picture.pk):
        text = client.get(f"{page('runs')}?q={sought}").content.decode()
        assert "A cup" in text and "A jar" not in text


def test_the_run_page_decides(client, editor, picture):
    run = make_run(picture, Status.READY)
    assert f'value="reject:{run.pk}"' in client.get(page("run", run.pk)).content.decode()
    client.post(page("progress", run.batch_id), {"decide": f"reject:{run.pk}"})
    run.refresh_from_db()
    assert run.status == Status.REJECTED


@pytest.mark.parametrize(
    ("ours", "items"),
    [
        (("review_result",), ["review"]),
        (("view_isolationrun", "view_spending"), ["runs", "spending"]),
        ((), []),
    ],
)
def test_the_menu_has_what_the_person_may_see(client, collections, ours, items):
    client.force_login(editor_of(collections["cups"], "change", ours=ours))
    text = client.get(reverse("wagtailadmin_home")).content.decode()
    assert [name for name in ("review", "runs", "spending") if page(name) in text] == items


def test_spending_takes_its_permission(client, editor):
    assert client.get(page("spending"))["Location"] == reverse("wagtailadmin_home")


def test_wagtails_page_for_groups_offers_our_permissions(client, db):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    text = client.get(reverse("wagtailusers_groups:add")).content.decode()
    ours = Permission.objects.filter(codename__in=(*OURS, "view_spending"))
    assert ours.count() == 5
    for permission in ours:
        assert re.search(rf'name="permissions"[^>]*value="{permission.pk}"', text), permission
