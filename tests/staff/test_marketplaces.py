"""Marketplaces on staff's pages: what each result's badges say."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.marketplaces import Place, Rule, register, unregister
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset
from tests.photos import make_image
from tests.shop import (
    EVERYTHING,
    RUNS,
    SPENDING,
    choose,
    make_batch,
    make_run,
    make_staff,
    order,
    press,
)

pytestmark = pytest.mark.django_db

FACTS = {"format": "JPEG", "width": 1024, "height": 1024, "bytes": 90_000, "source_type": ""}
MEASURES = {
    "unchecked": [],
    "background": {"below_white": 0.0, "worst_corner": 0.0},
    "frame": {"fill": 0.8, "empty": False, "touching": 0.0, "box": [0, 0, 1, 1], "islands": []},
}


@pytest.fixture(autouse=True)
def staff(client):
    user = make_staff(*EVERYTHING)
    client.force_login(user)
    return user


def test_a_place_that_was_kept_twice_is_shown_once(client):
    run = run_for("ebay", "ebay")
    html = client.get(f"{RUNS}{run.pk}/change/").content.decode()
    assert html.count('data-place="ebay"') == 1


@pytest.mark.parametrize(
    ("places", "kept"),
    [(None, []), (("ebay", "otto", "ebay"), ["ebay", "otto"]), ({"ebay"}, ["ebay"])],
)
def test_code_names_places_once_or_none(places, kept):
    assert isolate(make_image(), places=places).places == kept


@pytest.mark.parametrize("places", [["atlantis"], [["ebay"]], [None], "ebay", 3, [{}]])
def test_code_that_names_what_is_no_place_is_told_so(places):
    with pytest.raises(ValidationError, match="Choose among the listed marketplaces"):
        isolate(make_image(), places=places)
    assert not IsolationBatch.objects.exists()


def run_for(*places, **values):
    batch = make_batch(places=list(places))
    return make_run(
        Status.READY, batch=batch, **{"published": FACTS, "measures": MEASURES, **values}
    )


@pytest.mark.parametrize("page", ["run", "review", "batch"])
def test_each_page_says_which_places_take_the_result_and_what_is_missing(client, page):
    run = run_for("ebay", "amazon", "google")
    addresses = {
        "run": f"{RUNS}{run.pk}/change/",
        "review": reverse("product_isolation:review"),
        "batch": reverse("product_isolation:progress", args=[run.batch_id]),
    }
    html = client.get(addresses[page]).content.decode()
    assert 'data-place="ebay"' in html
    assert "takes the result" in html
    assert "The product fills 80 % of the picture, but at least 85 % are needed." in html
    assert "does not say that a model made the picture" in html


def test_nothing_is_said_where_nobody_named_a_place_or_nothing_is_stored(client):
    run_for()
    run_for("ebay", published={}, name="Cup")
    assert "data-place" not in client.get(reverse("product_isolation:review")).content.decode()


def test_what_was_not_measured_is_called_so(client):
    run_for("amazon", measures={})
    html = client.get(reverse("product_isolation:review")).content.decode()
    assert "not everything was measured" in html


@pytest.fixture
def broken():
    """A place with rules that only a subclass can have: a Place refuses them."""
    place = Place("mine", "Mine", (Rule("least_long_side", 30), Rule("formats", ("JPEG",))))
    object.__setattr__(place.rules[0], "wanted", "3000")
    object.__setattr__(place.rules[1], "wanted", None)
    register(place)
    yield place
    unregister("mine")


def csv_of_today(client) -> str:
    page = client.get(reverse("product_isolation:spending_export"))
    return b"".join(page.streaming_content).decode()


def test_a_place_that_breaks_takes_no_page_no_command_and_no_table_with_it(client, broken, capsys):
    client.force_login(make_staff(*EVERYTHING, SPENDING, name="eve"))
    run, sound = run_for("mine", "ebay"), run_for("ebay", name="Pot")
    for address in (
        f"{RUNS}{run.pk}/change/",
        reverse("product_isolation:review"),
        reverse("product_isolation:progress", args=[run.batch_id]),
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "may take the result: not everything was measured" in page.content.decode()
    order = choose(client, [make_image("Jug")])
    preset = Preset.objects.create(name="Feeds", places=["mine", "ebay"])
    assert client.get(order, {"preset": preset.pk}).status_code == 200
    chosen = {"places": ["mine", "ebay"], "aspect_ratio": "1:1", "resolution": "2K"}
    assert press(client, order, **chosen).status_code == 302
    table = csv_of_today(client)
    assert "Mine: unknown; eBay: yes" in table
    assert sound.label in table
    call_command("isolation_status")
    assert "Mine, results of 30 days: 0 accepted, 0 not, 1 not fully measured" in (
        capsys.readouterr().out
    )


@pytest.mark.parametrize(
    "kept",
    [
        {"published": {"width": 0, "height": 0, "format": "JPEG"}},
        {"published": {"width": 10, "height": None, "format": None, "bytes": None}},
        {"published": ["JPEG"]},
        {"measures": {"background": {"below_white": 1.0}, "frame": {}}},
        {
            "measures": {
                "background": {"below_white": None, "worst_corner": 1},
                "frame": {"fill": "x"},
            }
        },
        {"measures": {"background": 3, "frame": [1]}},
    ],
    ids=str,
)
def test_results_whose_kept_facts_are_odd_are_shown_like_others(client, kept):
    run = run_for("zalando", "google", "bol", "amazon", **kept)
    html = client.get(f"{RUNS}{run.pk}/change/").content.decode()
    assert "may take the result: not everything was measured" in html


def test_places_that_nobody_registers_any_more_are_passed_over(client):
    run = run_for("atlantis", "ebay")
    html = client.get(f"{RUNS}{run.pk}/change/").content.decode()
    assert "atlantis" not in html
    assert 'data-place="ebay"' in html


def test_no_picture_is_opened_and_queries_stay_the_same_however_many_results(client, monkeypatch):
    run_for("amazon", "google", "zalando")
    address = reverse("product_isolation:review")
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for number in range(5):
        run_for("amazon", "google", "zalando", name=f"Cup {number}")
    monkeypatch.setattr("PIL.Image.open", lambda *_args, **_more: pytest.fail("opened"))
    with CaptureQueriesContext(connection) as six:
        client.get(address)
    assert len(six) == len(one)


def test_trying_again_and_redoing_keep_the_places(client):
    run = make_run(
        Status.FAILED, batch=make_batch(places=["ebay"], unit_price=Decimal("0.27")), review=False
    )
    address = reverse("product_isolation:progress", args=[run.batch_id])
    quote = client.get(address).context["quote"]
    client.post(address, {"decide": f"retry:{run.pk}", "quote": str(quote)})
    newer = IsolationRun.objects.exclude(pk=run.pk).get()
    assert newer.batch.places == ["ebay"]


def test_the_image_list_orders_without_places_as_before(client):
    assert order(client, [make_image("Jug")]).status_code == 302
    assert IsolationBatch.objects.get().places == []
