"""Wagtail's own history, and where an image is used."""

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.urls import reverse
from wagtail.models import ModelLogEntry, PageLogEntry

from django_product_isolation import isolate, restore
from django_product_isolation.models import IsolationRun

from . import frontend
from .models import Banner
from .shop import make_page, work_off
from .test_revisions import photo

pytestmark = pytest.mark.django_db


def test_the_history_says_who_isolated_and_who_restored(client, editor, picture):
    make_page()
    isolate(picture, user=editor)
    work_off()
    other = get_user_model().objects.create_superuser("boss")
    restore(picture, user=other)
    work_off()
    entries = ModelLogEntry.objects.for_instance(picture).order_by("timestamp")
    assert [(entry.action, entry.user) for entry in entries] == [
        ("product_isolation.apply", editor),
        ("product_isolation.restore", other),
    ]
    client.force_login(other)
    report = client.get(reverse("wagtailadmin_reports:site_history")).content.decode()
    assert "Isolated product: the clean image replaced the original." in report
    assert "Restored the original image." in report


def test_what_nobody_began_is_in_the_history_too(picture):
    isolate(picture)
    work_off()
    assert ModelLogEntry.objects.get().user is None


def test_a_pages_own_picture_is_in_the_pages_history(runflow):
    page = make_page(photo=photo())
    isolate(page)
    work_off()
    assert "product_isolation.apply" in PageLogEntry.objects.values_list("action", flat=True)


@pytest.mark.parametrize("error", [ZeroDivisionError, IntegrityError("CHECK constraint failed")])
def test_a_history_that_fails_stands_in_no_swaps_way(picture, monkeypatch, caplog, error):
    def fail(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(ModelLogEntry.objects, "log_action", fail)
    isolate(picture)
    work_off()
    assert IsolationRun.objects.get().status == "applied"
    assert "not_in_history" in caplog.text


def test_an_image_is_used_where_it_was(client, picture):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    make_page(image=picture)
    before = picture.get_usage().count()
    isolate(picture)
    work_off()
    assert before == picture.get_usage().count() == 1
    assert "Mugs" in client.get(picture.usage_url).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_page_is_purged_that_shows_the_image_by_way_of_a_snippet(picture):
    banner = Banner.objects.create(title="Sale", image=picture)
    make_page(banner=banner)
    isolate(picture)
    work_off()
    assert "http://example.com/" in frontend.purged


@pytest.mark.django_db(transaction=True)
def test_a_page_is_purged_whose_own_picture_it_is(runflow):
    isolate(make_page(photo=photo()))
    work_off()
    assert "http://example.com/" in frontend.purged
