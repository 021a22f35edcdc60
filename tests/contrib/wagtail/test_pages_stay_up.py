"""Wagtail's own pages while our table is missing: they are shown, without what we add."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def breaks(*_args, **_kwargs):
    from django.db import ProgrammingError

    raise ProgrammingError("no such table")


def test_an_image_is_shown_without_its_state(client, editor, picture, monkeypatch):
    tags = "django_product_isolation.contrib.wagtail.templatetags.product_isolation_wagtail"
    page = reverse("wagtailimages:edit", args=[picture.pk])
    assert "isolation-panel" in client.get(page).text
    monkeypatch.setattr(f"{tags}.current_runs", breaks)
    response = client.get(page)
    assert response.status_code == 200
    assert "isolation-panel" not in response.text


def test_list_and_menu_are_shown_without_our_actions(client, editor, picture, monkeypatch):
    monkeypatch.setattr("django_product_isolation.staff.permissions.has_any_permission", breaks)
    response = client.get(reverse("wagtailimages:index"))
    assert response.status_code == 200
    assert "isolate_product_hidden.css" in response.text


def test_a_manifest_that_does_not_know_our_files_takes_no_page_down(
    client, editor, picture, monkeypatch
):
    from django.contrib.staticfiles.storage import staticfiles_storage

    known = staticfiles_storage.url

    def url(path):
        if path.startswith("product_isolation/"):
            raise ValueError("Missing staticfiles manifest entry")
        return known(path)

    monkeypatch.setattr(staticfiles_storage, "url", url)
    page = client.get(reverse("wagtailimages:edit", args=[picture.pk]))
    assert page.status_code == 200
    assert "product_isolation/wagtail.css" in page.text
