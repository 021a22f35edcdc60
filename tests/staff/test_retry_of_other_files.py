"""Try again begins the file that failed, and no other that lies in its place by now."""

from datetime import timedelta

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from tests.photos import photo_file
from tests.shop import about, image_of, make_batch, make_run, quote_on, said
from tests.shops.catalogue.models import ProductImage

from .test_batch import url_of

pytestmark = pytest.mark.django_db

OTHER = "Cup shows another file. Choose Redo with changes."


def upload(run):
    image = image_of(run)
    image.original = photo_file("second.jpg", colour="navy")
    image.save()


def press(client, runs, quote):
    data = {"decide": about("retry", runs), "quote": quote}
    return client.post(url_of(runs[0].batch), data, follow=True)


@pytest.fixture
def failed(staff):
    batch = make_batch(staff)
    return [make_run(Status.FAILED, batch=batch, name=name) for name in ("Cup", "Pot")]


def test_a_file_that_was_uploaded_since_is_not_paid_for(client, failed):
    cup, _pot = failed
    quote = quote_on(client.get(url_of(cup.batch)))
    upload(cup)
    assert said(press(client, [cup], quote)) == [
        OTHER,
        "None of these images can be isolated now.",
    ]
    assert IsolationRun.objects.count() == 2
    assert OTHER in said(press(client, failed, quote))
    assert IsolationRun.objects.get(status=Status.QUEUED).label == "Pot"


def test_its_page_offers_redo_with_changes_instead(client, failed):
    cup, pot = failed
    upload(cup)
    page = client.get(url_of(cup.batch)).content.decode()
    assert f'value="retry:{cup.pk}"' not in page
    assert f'value="change:{cup.pk}"' in page
    assert f'value="retry:{pot.pk}"' in page


def test_an_upload_between_the_look_and_the_order_is_left_out(client, failed, monkeypatch):
    cup, _pot = failed
    quote = quote_on(client.get(url_of(cup.batch)))
    monkeypatch.setattr("django_product_isolation.staff.reorder.shows_another", lambda runs: set())
    upload(cup)
    press(client, [cup], quote)
    assert IsolationRun.objects.count() == 2


def test_what_was_tried_again_is_not_once_more_though_its_servers_clock_is_slow(client, failed):
    cup, _pot = failed
    quote = quote_on(client.get(url_of(cup.batch)))
    late = cup.batch.created_at + timedelta(minutes=3)
    IsolationBatch.objects.filter(pk=cup.batch_id).update(created_at=late)
    press(client, [cup], quote_on(client.get(url_of(cup.batch))))
    again = IsolationRun.objects.exclude(batch=cup.batch_id)
    assert f'value="retry:{cup.pk}"' not in client.get(url_of(cup.batch)).content.decode()
    again.update(status=Status.CANCELLED, active_key=None, due_at=None)
    before = IsolationRun.objects.count()
    page = press(client, failed, quote).content.decode()
    assert "isolated or reviewed in the meantime" in page
    assert IsolationRun.objects.count() == before


def test_an_applied_result_is_not_isolated_once_more_though_clocks_differ(client, failed):
    cup, _pot = failed
    quote = quote_on(client.get(url_of(cup.batch)))
    late = cup.batch.created_at + timedelta(minutes=3)
    IsolationBatch.objects.filter(pk=cup.batch_id).update(created_at=late)
    ProductImage.objects.filter(pk=cup.object_pk).update(original="products/isolated.webp")
    press(client, [cup], quote)
    assert IsolationRun.objects.count() == 2
