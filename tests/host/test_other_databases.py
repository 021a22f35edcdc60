"""Rows of another database have the keys of other images in ours."""

import pytest
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured

from django_product_isolation import isolate, plan, restore
from django_product_isolation.admin.host.image_page import controls
from django_product_isolation.admin.host.state_column import current_runs
from django_product_isolation.choices import Status
from django_product_isolation.host import target_for
from django_product_isolation.host.routing import is_elsewhere
from django_product_isolation.workflow.backfill import Backfill
from tests.shop import CHANGELIST, EVERYTHING, make_run, make_staff, tick
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


class ByTheRow:
    """Django's own way: what was read in a database is written there."""

    def db_for_write(self, model, instance=None, **hints):
        return instance._state.db if instance is not None else None


class Replicas:
    """Reads are spread, writes go to the default database, wherever a row was read."""

    def db_for_read(self, model, **hints):
        return "replica"

    def db_for_write(self, model, **hints):
        return "default"


@pytest.fixture
def of_another(image):
    """The same key, as if it had been read in another database."""
    image._state.db = "other"
    return image


def test_an_image_of_another_database_is_neither_ordered_nor_restored(of_another):
    assert is_elsewhere(of_another)
    for begin in (isolate, plan, restore):
        with pytest.raises(ImproperlyConfigured, match="another database"):
            begin(of_another)


def test_a_row_that_a_replica_gave_is_none_of_another_database(image, settings):
    settings.DATABASE_ROUTERS = [Replicas()]
    image._state.db = "replica"
    assert not is_elsewhere(image)


@pytest.fixture
def reading_another(monkeypatch):
    """Have querysets lead to another database, as ``using`` in a ModelAdmin has it."""
    monkeypatch.setattr("django_product_isolation.host.routing.are_elsewhere", lambda rows: True)
    monkeypatch.setattr(
        "django_product_isolation.admin.host.actions.are_elsewhere", lambda rows: True
    )


@pytest.mark.parametrize("begin", [isolate, plan, restore, Backfill])
def test_a_queryset_that_leads_elsewhere_is_refused(begin, image, reading_another):
    with pytest.raises(ImproperlyConfigured, match="another database"):
        begin(ProductImage.objects.all())


@pytest.mark.parametrize("action", ["isolate_product", "restore_original"])
def test_an_action_on_such_a_list_says_so_and_does_nothing(client, action, reading_another):
    run = make_run(Status.APPLIED)
    client.force_login(make_staff(*EVERYTHING))
    image = ProductImage.objects.get(pk=run.object_pk)
    answer = client.post(CHANGELIST, tick([image], action), follow=True)
    assert answer.redirect_chain == [(CHANGELIST, 302)]
    [message] = messages.get_messages(answer.wsgi_request)
    assert "another database" in str(message)
    run.refresh_from_db()
    assert run.status == Status.APPLIED


def test_such_a_row_shows_no_badge_and_has_no_buttons(rf):
    run = make_run(Status.APPLIED)
    image = ProductImage.objects.get(pk=run.object_pk)
    target = target_for(ProductImage)
    assert current_runs(target, [image])
    image._state.db = "other"
    assert current_runs(target, [image]) == {}
    request = rf.get("/")
    request.user = make_staff(*EVERYTHING)
    shown = controls(request, target, image, None, may_change=True)
    assert "isolate_url" not in shown
