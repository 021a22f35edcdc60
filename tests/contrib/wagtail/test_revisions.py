"""Drafts, scheduled revisions and snippets: publishing one brings no earlier picture back."""

import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from wagtail.models import Revision

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.retention import prune

from .models import Banner, PageView, ProductPage
from .shop import make_page, opened, photo_bytes, work_off

pytestmark = pytest.mark.django_db


def photo(name="busy.jpg", size=(600, 400)):
    return ContentFile(photo_bytes(size), name=name)


def isolated(image):
    isolate(image)
    work_off()
    assert IsolationRun.objects.latest("batch__created_at").status == Status.APPLIED
    image = type(image).objects.get(pk=image.pk)
    return image.photo.name


@pytest.fixture
def product_page(db, runflow):
    page = make_page(photo=photo())
    page.save_revision().publish()
    return ProductPage.objects.get()


def test_a_pending_draft_is_published_with_the_clean_picture(product_page):
    page = product_page
    page.title = "Better mugs"
    draft = page.save_revision()
    clean = isolated(page)
    Revision.objects.get(pk=draft.pk).publish()
    page = ProductPage.objects.get()
    assert (page.title, page.photo.name) == ("Better mugs", clean)
    assert (page.photo_width, page.photo_height) == (page.photo.width, page.photo.height)
    assert opened(clean).size == (page.photo_width, page.photo_height)


def test_after_a_restore_the_draft_has_the_original_again(product_page):
    page = product_page
    busy, size = page.photo.name, (page.photo_width, page.photo_height)
    draft = page.save_revision()
    isolated(page)
    restore(ProductPage.objects.get())
    work_off()
    Revision.objects.get(pk=draft.pk).publish()
    page = ProductPage.objects.get()
    assert (page.photo.name, page.photo_width, page.photo_height) == (busy, *size)


def test_a_scheduled_revision_goes_live_with_the_clean_picture(product_page):
    page = product_page
    page.title, page.go_live_at = "Winter mugs", timezone.now() + timedelta(hours=1)
    page.save_revision().publish()
    clean = isolated(ProductPage.objects.get())
    past = timezone.now() - timedelta(minutes=1)
    for revision in Revision.objects.exclude(approved_go_live_at=None):
        revision.content["go_live_at"] = json.loads(json.dumps(past, default=str))
        revision.approved_go_live_at = past
        revision.save()
    call_command("publish_scheduled")
    page = ProductPage.objects.get()
    assert (page.title, page.photo.name) == ("Winter mugs", clean)


def test_what_an_editor_opens_next_shows_the_clean_picture(product_page):
    page = product_page
    clean = isolated(page)
    latest = ProductPage.objects.get().get_latest_revision_as_object()
    assert latest.photo.name == clean
    latest.save_revision().publish()
    assert ProductPage.objects.get().photo.name == clean


def test_a_draft_with_another_upload_is_left_alone(product_page):
    page = product_page
    page.photo = photo("newer.jpg")
    draft = page.save_revision()
    named = draft.content["photo"]
    isolated(ProductPage.objects.get())
    Revision.objects.get(pk=draft.pk).publish()
    assert ProductPage.objects.get().photo.name == named
    assert "newer" in named


def test_a_snippets_draft_follows_too(runflow):
    banner = Banner.objects.create(title="Sale", photo=photo())
    banner.title = "Summer sale"
    draft = banner.save_revision()
    clean = isolated(Banner.objects.get())
    Revision.objects.get(pk=draft.pk).publish()
    banner = Banner.objects.get()
    assert (banner.title, banner.photo.name) == ("Summer sale", clean)
    # Wagtail looks at the file when it publishes a page, but not for a snippet.
    assert opened(clean).size == (banner.photo_width, banner.photo_height)


def test_the_pictures_that_a_page_has_in_a_list_follow_too(product_page):
    page = product_page
    page.views.add(PageView(photo=photo("front.jpg")), PageView(photo=photo("back.jpg")))
    page.save()
    front, back = PageView.objects.order_by("pk")
    draft = ProductPage.objects.get().save_revision()
    clean = isolated(front)
    Revision.objects.get(pk=draft.pk).publish()
    names = [view.photo.name for view in PageView.objects.order_by("pk")]
    assert names == [clean, back.photo.name]


def test_a_page_without_revisions_is_isolated_as_ever(runflow):
    page = make_page(photo=photo())
    busy = page.photo.name
    assert isolated(page) != busy


def test_an_original_that_a_revision_names_is_not_pruned(product_page):
    page = product_page
    busy = page.photo.name
    isolated(page)
    page = ProductPage.objects.get()
    page.photo = photo("newer.jpg")
    page.save_revision().publish()
    revision = Revision.objects.earliest("pk")
    Revision.objects.filter(pk=revision.pk).update(content={**revision.content, "photo": busy})
    IsolationRun.objects.update(status_since=timezone.now() - timedelta(days=3))
    prune(originals=1)
    assert page.photo.storage.exists(busy)
    revision.delete()
    prune(originals=1)
    assert not page.photo.storage.exists(busy)
