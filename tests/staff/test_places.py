"""Market places on staff's pages: warned of beforehand, and said of each result afterwards."""

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
    quote_on,
)

pytestmark = pytest.mark.django_db

FACTS = {"format": "JPEG", "width": 1024, "height": 1024, "bytes": 90_000, "source_type": ""}
MEASURES = {
    "unchecked": [],
    "ground": {"below_white": 0.0, "worst_corner": 0.0},
    "frame": {"fill": 0.8, "empty": False, "touching": 0.0, "box": [0, 0, 1, 1], "islands": []},
}


@pytest.fixture(autouse=True)
def staff(client):
    user = make_staff(*EVERYTHING)
    client.force_login(user)
    return user


@pytest.fixture
def address(client):
    return choose(client, [make_image()])


def warned(page) -> dict[str, str]:
    """What the confirm page says of each place beforehand."""
    return {one.place.id: " ".join((*one.missing, *one.coming)) for one in page.context["warnings"]}


def told_on(page) -> str:
    return page.context["told"]


def test_a_preset_brings_its_places_to_the_page_and_the_order(client, address):
    preset = Preset.objects.create(name="Feeds", places=["ebay", "otto"])
    page = client.get(address, {"preset": preset.pk})
    assert page.context["form"]["places"].value() == ["ebay", "otto"]
    values = {"places": ["ebay", "otto"], "told": told_on(page)}
    shape = {"aspect_ratio": "1:1", "resolution": "2K"}
    assert press(client, address, **shape, **values).status_code == 302
    assert IsolationBatch.objects.get().places == ["ebay", "otto"]


@pytest.mark.parametrize(
    ("places", "shape", "resolution", "says"),
    [
        (["zalando"], "2:3", "1K", "Short side: 683 pixels, but at least 762 are needed."),
        (["zalando"], "3:4", "4K", "Width to height: 1 : 1.33, but 1 : 1.44 is needed."),
        (["walmart"], "1:1", "2K", "Short side: 2048 pixels, but at least 2200 are needed."),
        (["otto"], "1:1", "2K", "Results may come as WebP, but only these are taken: JPEG, PNG."),
        (["google"], "21:9", "1K", "From Jan. 31, 2027: Short side: 439 pixels"),
    ],
)
def test_what_cannot_be_met_is_said_before_anything_is_ordered(
    client, address, places, shape, resolution, says
):
    choice = {"places": places, "aspect_ratio": shape, "resolution": resolution}
    page = press(client, address, **choice)
    assert page.status_code == 200
    assert "Nothing was ordered yet" in page.content.decode()
    assert says in warned(page)[places[0]]
    assert says in page.content.decode()
    assert not IsolationBatch.objects.exists()
    # Whoever has read that may order all the same, in one more click.
    assert press(client, address, **choice, told=told_on(page)).status_code == 302
    assert IsolationBatch.objects.get().places == places


def test_a_warning_that_was_read_does_not_stand_for_another_one(client, address):
    choice = {"aspect_ratio": "1:1", "resolution": "2K"}
    read = told_on(press(client, address, places=["otto"], **choice))
    assert (
        press(client, address, places=["otto", "walmart"], told=read, **choice).status_code == 200
    )
    assert not IsolationBatch.objects.exists()


@pytest.mark.parametrize(
    ("places", "read", "unread"),
    [
        (["walmart"], ("1:1", "1K"), ("1:1", "2K")),
        (["zalando"], ("3:4", "4K"), ("21:9", "4K")),
        (["walmart"], ("4:5", "4K"), ("1:1", "2K")),
    ],
)
def test_as_many_other_warnings_do_not_stand_for_those_that_were_read(
    client, address, places, read, unread
):
    def pressed(choice, **more):
        shape = {"aspect_ratio": choice[0], "resolution": choice[1]}
        return press(client, address, places=places, **shape, **more)

    first = pressed(read)
    second = pressed(unread, told=told_on(first))
    assert second.status_code == 200
    assert warned(second) != warned(first)
    assert pressed(unread, told=told_on(second)).status_code == 302


def test_a_rule_that_changed_since_it_was_read_is_shown_before_anything_is_ordered(
    client, address, own_place
):
    own_place(Rule("least_long_side", 3000))
    choice = {"places": ["mine"], "aspect_ratio": "1:1", "resolution": "2K"}
    read = told_on(press(client, address, **choice))
    own_place(Rule("ratio", 0.5))
    assert press(client, address, told=read, **choice).status_code == 200
    assert not IsolationBatch.objects.exists()


def beside_the_button(page) -> str:
    """What stands in the bar that is always in sight."""
    return page.content.decode().partition('class="isolation-go"')[2]


@pytest.mark.parametrize(
    ("places", "says"),
    [
        (["ebay"], ""),
        (["ebay", "otto"], "1 market place may not take the results: see why"),
        (["otto", "walmart"], "2 market places may not take the results: see why"),
    ],
)
def test_a_page_that_opens_with_warnings_says_so_beside_the_button(client, address, places, says):
    preset = Preset.objects.create(name="Feeds", places=places)
    page = client.get(address, {"preset": preset.pk})
    link = '<a href="#isolation-place-warnings">'
    assert bool(told_on(page)) == (link in beside_the_button(page)) == bool(says)
    assert says in beside_the_button(page)
    if says:
        assert 'id="isolation-place-warnings" tabindex="-1"' in page.content.decode()


def test_a_click_that_was_refused_leads_to_the_warning_from_above_and_from_the_button(
    client, address
):
    page = press(client, address, places=["otto"], aspect_ratio="1:1", resolution="2K")
    link = '<a href="#isolation-place-warnings">1 market place may not take the results: see why'
    alert = page.content.decode().partition('role="alert"')[2].partition("</div>")[0]
    assert link in alert
    assert link in beside_the_button(page)


def test_other_errors_lead_to_no_warning(client, address):
    page = press(client, address, places=["otto"], prompt="x" * 600)
    alert = page.content.decode().partition('role="alert"')[2].partition("</div>")[0]
    assert "Please correct" in alert
    assert "<a" not in alert


def test_all_places_stay_ticked_when_more_images_can_be_isolated_than_before(client):
    images = [make_image("Cup"), make_image("Pot")]
    make_run(Status.PROCESSING, image=images[1])
    address = choose(client, images)
    quote = quote_on(client.get(address))
    IsolationRun.objects.update(status=Status.FAILED, active_key=None)
    page = press(client, address, quote=quote, places=["ebay", "otto"], prompt="Cup")
    assert page.context["form"]["prompt"].value() == "{product}"  # put right by us
    assert page.context["form"]["places"].value() == ["ebay", "otto"]
    assert list(warned(page)) == ["otto"]


def test_a_place_that_is_posted_twice_is_kept_once(client, address):
    twice = {"places": ["ebay", "ebay"], "aspect_ratio": "1:1", "resolution": "2K"}
    assert press(client, address, **twice).status_code == 302
    assert IsolationBatch.objects.get().places == ["ebay"]


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
    with pytest.raises(ValidationError, match="Choose among the listed market places"):
        isolate(make_image(), places=places)
    assert not IsolationBatch.objects.exists()


def test_places_that_take_everything_ask_for_no_further_click(client, address):
    chosen = {"places": ["ebay"], "aspect_ratio": "1:1", "resolution": "2K"}
    assert press(client, address, **chosen).status_code == 302


def test_a_mark_that_the_shop_does_not_write_is_warned_of(client, address, option):
    option(DIGITAL_SOURCE_TYPE=None)
    page = press(client, address, places=["google"], aspect_ratio="1:1", resolution="2K")
    assert "does not say that a model made the picture" in warned(page)["google"]


@pytest.mark.parametrize("others", [True, False])
def test_a_place_that_was_taken_out_meanwhile_is_marked(client, address, monkeypatch, others):
    if not others:
        monkeypatch.setattr("django_product_isolation.staff.order_form.known_places", list)
    html = press(client, address, places=["atlantis"]).content.decode()
    assert "Please correct what is marked below" in html
    assert "atlantis is not one of the available choices" in html


def test_a_place_that_is_not_there_is_refused(client, address):
    assert press(client, address, places=["atlantis"]).status_code == 200
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
def own_place():
    """Register a place of the shop's with these rules."""
    yield lambda *rules: register(Place("mine", "Mine", rules))
    unregister("mine")


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
        {"measures": {"ground": {"below_white": 1.0}, "frame": {}}},
        {"measures": {"ground": {"below_white": None, "worst_corner": 1}, "frame": {"fill": "x"}}},
        {"measures": {"ground": 3, "frame": [1]}},
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
