"""What the batch page says of all its runs together, and its cards of one status."""

from decimal import Decimal

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.moments import overdue
from tests.photos import make_image
from tests.shop import about, image_of, make_batch, make_run, said, status_of
from tests.shops.catalogue.models import ProductImage

from .test_batch import url_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(staff):
    """Two failed, one waits for review, one is being published."""
    batch = make_batch(staff)
    for name in ("Cup", "Pot"):
        make_run(Status.FAILED, batch=batch, name=name)
    make_run(Status.READY, batch=batch, name="Jug")
    make_run(Status.READY, batch=batch, name="Pan", review=False)
    return batch


def names(response) -> set[str]:
    return {card.name for card in response.context["cards"]}


def test_a_status_has_one_name_in_counts_and_on_cards(client, batch):
    page = client.get(url_of(batch)).content.decode()
    for text in ("Ready for review: 1", "Being published: 1", "Failed: 2"):
        assert f">{text}<" in page
    assert "Result ready" not in page


def test_a_count_leads_to_the_cards_of_its_status(client, batch):
    address = url_of(batch)
    page = client.get(address).content.decode()
    wanted = {"failed": {"Cup", "Pot"}, "ready": {"Jug"}, "publishing": {"Pan"}}
    for key, expected in wanted.items():
        assert f'href="{address}?status={key}"' in page
        assert names(client.get(f"{address}?status={key}")) == expected
    chosen = client.get(f"{address}?status=failed").content.decode()
    assert chosen.count('aria-current="true"') == 1
    assert f'<a href="{address}" id="isolation-show-all">Show all</a>' in chosen
    assert "isolation-show-all" not in page


@pytest.mark.parametrize("key", ["held", "nonsense", "<script>"])
def test_a_status_that_no_run_has_shows_all(client, batch, key):
    response = client.get(url_of(batch), {"status": key})
    assert names(response) == {"Cup", "Pot", "Jug", "Pan"}


def test_decisions_are_about_all_whatever_is_shown(client, batch):
    page = client.get(f"{url_of(batch)}?status=ready").content.decode()
    assert "Try 2 again for $0.54" in page


def test_a_card_that_left_the_chosen_status_is_kept_up_to_date(client, batch):
    address = f"{url_of(batch)}?status=ready"
    now = client.get(address).context["now"]
    IsolationRun.objects.filter(label="Jug").update(status=Status.REJECTED)
    IsolationRun.objects.filter(label="Cup").update(status=Status.READY, review=True)
    response = client.get(address, {"status": "ready", "since": now})
    assert "Jug" in names(response)


def test_images_of_one_product_are_numbered_in_their_order(client, staff):
    batch = make_batch(staff)
    image = make_image("Backpack")
    pictures = [image, *(copy_of(image) for _ in range(2))]
    for picture in reversed(pictures):
        make_run(Status.PROCESSING, batch=batch, image=picture)
    make_run(Status.PROCESSING, batch=batch, name="Cup")
    cards = client.get(url_of(batch)).context["cards"]
    assert [card.name for card in cards] == [
        "Backpack, image 1",
        "Backpack, image 2",
        "Backpack, image 3",
        "Cup",
    ]
    assert [int(card.run.object_pk) for card in cards[:3]] == [one.pk for one in pictures]


def copy_of(image) -> ProductImage:
    return ProductImage.objects.create(product=image.product, original=image.original.name)


def test_waiting_is_stopped_for_all_with_two_clicks(client, staff):
    batch = make_batch(staff)
    waiting = [make_run(status, batch=batch, name=status) for status in ("held", "queued")]
    ready = make_run(Status.READY, batch=batch, name="Jug")
    page = client.get(url_of(batch)).content.decode()
    fold = page.partition('id="isolation-apart-stop"')[2].partition("</details>")[0]
    assert "What was sent to Runflow already may still be charged." in fold
    assert f'value="{about("stop", waiting)}"' in fold and ">Stop waiting: 2<" in fold
    sent_since = make_run(Status.PROCESSING, batch=batch, name="Pot")
    response = client.post(url_of(batch), {"decide": about("stop", waiting)}, follow=True)
    assert said(response) == ["2 runs stopped."]
    assert status_of(sent_since) == Status.PROCESSING
    assert {status_of(run) for run in waiting} == {Status.CANCELLED}
    assert status_of(ready) == Status.READY


def test_what_was_charged_is_final_when_nothing_more_can_be(client, staff):
    batch = make_batch(staff)
    make_run(Status.APPLIED, batch=batch, name="Cup", cost=Decimal("0.27"))
    failed = make_run(Status.FAILED, batch=batch, name="Pot", reason="run-failed")
    page = client.get(url_of(batch)).content.decode()
    assert "Charged: $0.27." in page
    assert "at most" not in page
    make_run(Status.QUEUED, batch=batch, image=image_of(failed), due_at=overdue())
    assert "Charged so far: $0.27 of at most $0.81." in client.get(url_of(batch)).content.decode()


def test_all_with_findings_are_said_to_be_all(client, staff):
    batch = make_batch(staff)
    for name in ("Cup", "Pot"):
        make_run(Status.READY, batch=batch, name=name, doubt=0.5)
    assert "Approve: 2, all with findings" in client.get(url_of(batch)).content.decode()
