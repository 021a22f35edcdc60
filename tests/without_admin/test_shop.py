"""Where Django's admin is not installed, all that staff do not look at works."""

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.urls import NoReverseMatch, reverse

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.runflow.callbacks import make_token
from tests.photos import make_image, shown_bytes
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_shop_has_no_admin():
    assert not apps.is_installed("django.contrib.admin")


def test_the_checks_find_nothing(capsys):
    call_command("check")
    assert "no issues" in capsys.readouterr().out


def test_no_migration_is_missing():
    call_command("makemigrations", "product_isolation", check=True, dry_run=True)


def test_an_image_is_isolated_and_restored(runflow, settings, client):
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "embedded"}
    image = make_image()
    before = shown_bytes(image)
    user = get_user_model().objects.create_user("ann")
    isolate(image, user=user)
    call_command("isolation_worker", "--once")
    run = IsolationRun.objects.get()
    hint = {"event": "run.completed", "run_id": run.runflow_run_id, "status": "succeeded"}
    url = reverse("product_isolation:callback", args=[make_token(run.pk)])
    assert client.post(url, hint, content_type="application/json").status_code == 200
    for _ in range(10):
        call_command("isolation_worker", "--once")
        IsolationRun.objects.exclude(due_at=None).update(due_at="2026-01-01T00:00Z")
    run.refresh_from_db()
    assert run.status == Status.APPLIED
    assert shown_bytes(image) != before
    restore(ProductImage.objects.all(), user=user)
    for _ in range(3):
        call_command("isolation_worker", "--once")
    assert shown_bytes(image) == before


def test_the_pages_for_staff_are_not_there_and_those_for_machines_are(client):
    assert client.get(reverse("product_isolation:health")).status_code == 200
    for path in ("review/", "spending/", "batches/7b7b7b7b-7b7b-4b7b-8b7b-7b7b7b7b7b7b/"):
        assert client.get(f"/product-isolation/{path}").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("product_isolation:review")
