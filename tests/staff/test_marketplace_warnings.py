"""Marketplaces on the confirm page: what they will not take is said before anything is ordered."""

import pytest

from django_product_isolation.choices import Status
from django_product_isolation.marketplaces import Place, Rule, register, unregister
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset
from tests.photos import make_image
from tests.shop import (
    EVERYTHING,
    choose,
    make_run,
    make_staff,
    press,
    quote_on,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff(client):
    user = make_staff(*EVERYTHING)
    client.force_login(user)
    return user


@pytest.fixture
def own_place():
    """Register a place of the shop's with these rules."""
    yield lambda *rules: register(Place("mine", "Mine", rules))
    unregister("mine")


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
        (["ebay", "otto"], "1 marketplace may not take the results: see why"),
        (["otto", "walmart"], "2 marketplaces may not take the results: see why"),
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
    link = '<a href="#isolation-place-warnings">1 marketplace may not take the results: see why'
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
