"""Pages of the shop's while something is the matter with us are shown, without what we add."""

import logging

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import connection, transaction
from django.urls import reverse

from django_product_isolation.host.access import safe_calls
from django_product_isolation.models import IsolationRun
from tests.photos import make_image
from tests.shop import CHANGELIST
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db(transaction=True)

STYLES = "product_isolation/product_isolation.css"
UNKNOWN = "Not known at the moment"


@pytest.fixture(autouse=True)
def nothing_said_before(monkeypatch):
    monkeypatch.setattr(safe_calls, "_next_message", {})


@pytest.fixture
def image(client, django_user_model):
    client.force_login(django_user_model.objects.create_superuser("boss"))
    return make_image()


@pytest.fixture
def away(image, requests_are_atomic, no_table):
    """An image in a shop of which our table is missing."""
    return image


def said(caplog):
    return [one.getMessage() for one in caplog.records if "page_without_us" in one.getMessage()]


def page_of(image):
    return f"{CHANGELIST}{image.pk}/change/"


def pages_of(image):
    product = reverse("admin:catalogue_product_change", args=[image.product_id])
    return [
        CHANGELIST,
        page_of(image),
        f"{CHANGELIST}add/",
        product,
        "/admin/",
        "/admin/catalogue/",
    ]


def test_every_page_is_shown_while_our_table_is_missing(client, away):
    answers = {path: client.get(path).status_code for path in pages_of(away)}
    assert answers == dict.fromkeys(answers, 200)
    assert UNKNOWN in client.get(CHANGELIST).text
    assert UNKNOWN in client.get(page_of(away)).text


def test_an_image_is_saved_and_deleted_while_our_table_is_missing(client, away):
    form = {"product": away.product_id, "caption": "from above", "display_order": 0}
    assert client.post(page_of(away), form).status_code == 302
    assert ProductImage.objects.get().caption == "from above"
    tick = {"action": "delete_selected", "_selected_action": [away.pk], "post": "yes"}
    assert client.post(CHANGELIST, tick).status_code == 302
    assert not ProductImage.objects.exists()


@pytest.mark.parametrize("state", ["none", "working", "ready", "held", "applied", "ended"])
def test_a_filter_that_cannot_tell_finds_none_and_says_so(client, away, state):
    response = client.get(CHANGELIST, {"product_isolation": state})
    assert response.status_code == 200
    assert "the filter finds none" in response.text
    assert list(response.context["cl"].result_list) == []


def test_an_action_says_that_it_does_not_work(client, away):
    tick = {"action": "restore_original", "_selected_action": [away.pk]}
    response = client.post(CHANGELIST, tick, follow=True)
    assert response.status_code == 200
    assert "This does not work at the moment" in response.text


def test_the_log_says_it_once_for_a_page_and_not_for_each_row(client, away, caplog):
    for _ in range(3):
        make_image()
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            client.get(CHANGELIST)
    assert len(said(caplog)) == 1
    assert "what=isolation_state error=" in said(caplog)[0]


@pytest.mark.usefixtures("no_table")
def test_a_page_asks_for_what_is_missing_once(client, image, caplog):
    for _ in range(3):
        make_image()
    asked = []

    def note(execute, sql, *arguments):
        asked.append(IsolationRun._meta.db_table in sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(note):
        client.get(CHANGELIST)
    assert sum(asked) == 1


def test_a_manifest_that_does_not_know_our_files_takes_no_page_down(
    client, image, monkeypatch, caplog
):
    def url(path):
        if path.startswith("product_isolation/"):
            raise ValueError(f"Missing staticfiles manifest entry for '{path}'")
        return f"/static/{path}?hashed"

    monkeypatch.setattr(staticfiles_storage, "url", url)
    ours = [reverse("product_isolation:review"), "/admin/product_isolation/"]
    answers = {path: client.get(path).status_code for path in [*pages_of(image), *ours]}
    assert answers == dict.fromkeys(answers, 200)
    assert f'href="/static/{STYLES}"' in client.get(CHANGELIST).text
    assert [line for line in said(caplog) if "what=static_file" in line] == [
        "page_without_us what=static_file error=ValueError"
    ]


def test_dates_that_cannot_be_written_take_no_page_down(client, image, monkeypatch):
    def fails(*_args, **_kwargs):
        raise AttributeError("'NoneType' object has no attribute 'upper'")

    monkeypatch.setattr("django_product_isolation.admin.host.image_page.render_to_string", fails)
    assert UNKNOWN in client.get(page_of(image)).text


def test_a_transaction_of_the_shops_goes_on_after_what_failed_of_ours(image):
    with transaction.atomic():
        ProductImage.objects.update(caption="before")

        def breaks():
            ProductImage.objects.update(caption="of ours")
            with connection.cursor() as cursor:
                cursor.execute("SELECT * FROM there_is_none")

        assert safe_calls.add_to_page("test", breaks, "without") == "without"
        assert ProductImage.objects.get().caption == "before"
    assert ProductImage.objects.get().caption == "before"
