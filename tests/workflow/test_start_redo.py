"""An order that takes the place of a result that waits."""

from uuid import uuid4

import pytest

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.workflow import (
    BudgetExceeded,
    Options,
    create_batch,
    plan,
)
from tests.photos import make_image

from .test_start import with_settings

pytestmark = pytest.mark.django_db


def waiting_result(name="Cup"):
    """An image whose result waits for review, and the run."""
    image = make_image(name)
    run = isolate(image, review=True).runs.get()
    IsolationRun.objects.filter(pk=run.pk).update(status=Status.READY, due_at=None)
    return image, run


def test_a_result_that_waits_gives_way_to_the_order_that_takes_its_place(admin_user):
    image, run = waiting_result()
    chosen = plan(image, redo_of=[run.pk])
    assert (list(chosen.replaced), len(chosen.accepted)) == ([run.pk], 1)
    batch = create_batch(chosen, Options(user=admin_user))
    run.refresh_from_db()
    assert run.status == Status.REJECTED
    assert run.events.latest("at").actor == admin_user
    assert batch.runs.get().object_pk == str(image.pk)


def test_a_plan_alone_turns_nothing_down():
    image, run = waiting_result()
    plan(image, redo_of=[run.pk])
    run.refresh_from_db()
    assert run.status == Status.READY


def test_a_result_that_was_approved_meanwhile_is_not_turned_down():
    image, run = waiting_result()
    chosen = plan(image, redo_of=[run.pk])
    IsolationRun.objects.filter(pk=run.pk).update(status=Status.APPLIED, active_key=None)
    create_batch(chosen)
    run.refresh_from_db()
    assert run.status == Status.APPLIED
    assert IsolationRun.objects.count() == 2


def test_an_order_that_fails_turns_nothing_down(settings):
    image, run = waiting_result()
    chosen = plan(image, redo_of=[run.pk])
    with_settings(settings, DAILY_BUDGET="0.30")
    with pytest.raises(BudgetExceeded):
        create_batch(chosen)
    run.refresh_from_db()
    assert run.status == Status.READY


def test_a_second_order_that_loses_to_its_twin_turns_nothing_down():
    first, run = waiting_result("Cup")
    other = make_image("Pot")
    chosen, token = plan(first, redo_of=[run.pk]), uuid4()
    isolate(other, token=token)
    assert create_batch(chosen, Options(token=token)).pk == token
    run.refresh_from_db()
    assert run.status == Status.READY
