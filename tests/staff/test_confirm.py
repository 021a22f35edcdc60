"""The confirm page: what it shows, what it orders, and when it orders nothing."""

import math
import re
import shutil
import socket

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.models import (
    IsolationBatch,
    IsolationRun,
    Selection,
)
from django_product_isolation.staff.order_form import Shape
from django_product_isolation.workflow import in_pixels
from tests.photos import make_image
from tests.shop import (
    EVERYTHING,
    SPENDING,
    choose,
    look,
    make_images_without_files,
    make_staff,
    order,
    press,
    quote_on,
)
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client):
    user = make_staff(*EVERYTHING, SPENDING)
    client.force_login(user)
    return user


def make_selection(images, **values) -> str:
    """The confirm page's address of a selection with these values."""
    defaults = {
        "model_label": "catalogue.productimage",
        "site_name": "admin",
        "object_pks": [str(image.pk) for image in images],
        "chosen": len(images),
    }
    selection = Selection.objects.create(**{**defaults, **values})
    return reverse("product_isolation:confirm", args=[selection.pk])


def field_names(page: str) -> list[str]:
    return re.findall(r'name="(prompt-[^"]+)"', page)


# What it shows


def test_the_page_shows_what_will_be_sent_and_what_it_costs(client, staff):
    images = [make_image(name) for name in ("Cup", "Pot", "Jug")]
    response = look(client, images)
    page = response.content.decode()
    assert response.status_code == 200
    assert all(f"<figcaption>{name}</figcaption>" in page for name in ("Cup", "Pot", "Jug"))
    assert "3 images at $0.27 each: <strong>$0.81</strong>" in page
    assert 'value="Isolate 3 images for $0.81"' in page
    assert not IsolationBatch.objects.exists()


def test_the_page_has_an_address_that_a_colleague_may_open_too(client, staff):
    address = choose(client, [make_image("Cup")])
    client.force_login(make_staff(*EVERYTHING, SPENDING, name="bea"))
    assert "<figcaption>Cup</figcaption>" in client.get(address).content.decode()


def test_pictures_come_in_the_order_in_which_they_were_chosen(client, staff):
    images = [make_image(name) for name in ("Cup", "Pot", "Jug")]
    page = client.get(make_selection([images[1], images[2], images[0]])).content.decode()
    assert re.findall(r"<figcaption>(\w+)", page) == ["Pot", "Jug", "Cup"]


def test_pictures_of_one_product_are_told_apart(client, staff):
    first = make_image("Mug")
    second = ProductImage.objects.create(product=first.product, original=first.original.name)
    page = look(client, [first, second, make_image("Pot")]).content.decode()
    names = ["Mug, image 1", "Mug, image 2", "Pot"]
    assert sorted(re.findall("<figcaption>([^<]+)</figcaption>", page)) == names


def test_pictures_come_through_the_preview_and_lazily(client, staff):
    image = make_image()
    page = look(client, [image]).content.decode()
    preview = reverse("product_isolation:preview_image", args=["catalogue.productimage", image.pk])
    (tag,) = re.findall(rf'<img src="{preview}\?size=160&amp;v=\w+[^"]*"[^>]*>', page)
    assert 'loading="lazy"' in tag
    assert image.original.url not in page


def test_the_form_starts_with_the_shops_settings(client, staff, option):
    option(PROMPT="the {product} only", ASPECT_RATIO="3:4", RESOLUTION="4K", REVIEW=True)
    form = look(client, [make_image("Cup"), make_image("Pot")]).context["form"]
    assert form["prompt"].value() == "the {product} only"
    assert form["aspect_ratio"].value() == "3:4"
    assert form["resolution"].value() == "4K"
    assert form["review"].value() == "reviewed"


def test_the_form_starts_with_what_the_selection_brought_along(client, staff):
    images = [make_image("Cup"), make_image("Pot")]
    brought = {
        "prompt": "a {product}",
        "aspect_ratio": "16:9",
        "resolution": "1K",
        "review": True,
        "prompts": {str(images[0].pk): "the blue cup"},
    }
    form = client.get(make_selection(images, prefill=brought)).context["form"]
    assert (form["prompt"].value(), form["aspect_ratio"].value()) == ("a {product}", "16:9")
    assert (form["resolution"].value(), form["review"].value()) == ("1K", "reviewed")
    assert form[f"prompt-{images[0].pk}"].value() == "the blue cup"


ALL_AT_ONCE = "Immediately: products show the result as soon as it is ready"
BUT_FOR_SOME = "Immediately, but for doubtful results: those wait until they are approved"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"REVIEW": False}, ALL_AT_ONCE),
        ({"REVIEW": "doubtful"}, BUT_FOR_SOME),
        ({"REVIEW": False, "EVALUATE": True, "EVALUATION_PRICE": "0.05"}, BUT_FOR_SOME),
    ],
)
def test_publishing_at_once_says_whether_all_are_published(client, staff, option, options, words):
    option(**options)
    page = look(client, [make_image("Cup")]).content.decode()
    assert page.count("Immediately") == 1
    assert words in page


def test_a_single_image_is_worded_by_its_name(client, staff):
    page = look(client, [make_image("Cup")])
    assert page.context["form"]["prompt"].value() == "Cup"
    assert field_names(page.content.decode()) == []


def test_what_stands_in_an_empty_wording_is_what_would_be_sent(client, staff, option):
    option(PROMPT="only the {product}")
    images = [make_image("Cup"), make_image("Pot")]
    page = look(client, images).content.decode()
    assert 'placeholder="only the Cup"' in page
    assert 'placeholder="only the Pot"' in page
    assert "For example: only the Cup." in page or "For example: only the Pot." in page


@pytest.mark.parametrize("ratio", AspectRatio)
def test_each_ratio_is_drawn_in_its_proportions(ratio):
    shape = Shape.of(ratio)
    assert max(shape.width, shape.height) == 32
    assert shape.width / shape.height == pytest.approx(ratio.fraction, abs=0.05)
    assert shape.x * 2 + shape.width == shape.y * 2 + shape.height == 36


@pytest.mark.parametrize(
    ("ratio", "resolution", "pixels"),
    [("1:1", "1K", (1024, 1024)), ("4:5", "2K", (1638, 2048)), ("21:9", "4K", (4096, 1755))],
)
def test_sizes_are_said_in_pixels(client, staff, ratio, resolution, pixels):
    assert in_pixels(AspectRatio(ratio), Resolution(resolution)) == pixels
    page = look(client, [make_image()]).content.decode()
    width, height = pixels
    assert f'data-ratio="{ratio}">{width} \N{MULTIPLICATION SIGN} {height} pixels<' in page


@pytest.mark.parametrize(
    ("base_url", "said", "noted"),
    [
        ("https://api.runflow.io", False, False),
        ("https://api.runflow.io", True, False),
        ("https://gateway.shop.example/runflow", False, False),
        ("http://127.0.0.1:8600", True, True),
    ],
)
def test_only_a_sandbox_says_that_no_money_is_spent(client, staff, option, base_url, said, noted):
    option(BASE_URL=base_url, SANDBOX=said)
    page = look(client, [make_image()]).content.decode()
    assert ("This is a sandbox: no money is spent" in page) == noted


def test_amounts_follow_the_readers_language(client, staff, settings, option):
    settings.LANGUAGE_CODE = "de"
    option(PRICE="1234.5")
    page = look(client, [make_image()])
    assert "1.234,50\N{NO-BREAK SPACE}$" in page.content.decode()
    assert '"price":"1234.5","count":1,"total":"1234.5"' in quote_on(page)


def test_names_are_escaped(client, staff):
    page = look(client, [make_image("<b>Cup</b>"), make_image('"><i>')]).content.decode()
    assert "<b>Cup" not in page
    assert "&lt;b&gt;Cup" in page
    assert "<i>" not in page


# Money


# Ordering


# Rights


# In the place of earlier runs


# What it costs the server


def test_no_file_is_opened(client, staff, media_root):
    images = make_images_without_files(3)
    shutil.rmtree(media_root, ignore_errors=True)
    assert look(client, images).status_code == 200
    assert order(client, images).status_code == 302


def test_fifty_images_cost_as_many_queries_as_five(client, staff, count_queries, option):
    images = make_images_without_files(110)
    five, fifty = choose(client, images[:5]), choose(client, images[5:55])
    count_queries(lambda: client.get(five))  # content types and the like are remembered
    assert count_queries(lambda: client.get(five)) == count_queries(lambda: client.get(fifty))
    quotes = {address: quote_on(client.get(address)) for address in (five, fifty)}
    begun = [count_queries(lambda a=a: press(client, a, quote=quotes[a])) for a in (five, fifty)]
    assert begun[0] == begun[1]
    assert IsolationRun.objects.count() == 55


def test_confirming_500_images_asks_nobody_and_takes_no_more_queries_than_5_but_for_inserts(
    client, staff, monkeypatch
):
    def refuse(*args, **kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    images = make_images_without_files(506)

    def begin(chosen):
        address = choose(client, chosen)
        own = {f"prompt-{image.pk}": "a cup" for image in chosen}
        own["quote"] = quote_on(client.get(address))
        with CaptureQueriesContext(connection) as queries:
            reply = press(client, address, **own)
        assert reply.status_code == 302
        return len(queries)

    begin(images[:1])  # content types and the like are remembered
    five = begin(images[1:6])
    more = begin(images[6:]) - five
    # One more for each further INSERT, which holds so many rows, and two for all or none of them.
    columns = IsolationRun._meta.concrete_fields
    rows = connection.ops.bulk_batch_size(columns, images[6:])
    assert more <= math.ceil(500 / rows) - 1 + 2
    assert IsolationRun.objects.count() == 506
