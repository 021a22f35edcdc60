"""Spending, in a real browser under a strict policy."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from django_product_isolation.choices import OPEN_STATUSES, Status
from django_product_isolation.models import IsolationRun
from tests.shop import BATCHES, EVERYTHING, make_balance, make_batch, make_staff

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]

PEOPLE = ("ann", "ben", "a-colleague-with-a-very-patiently-chosen-name@shop.example")


@pytest.fixture
def staff(transactional_db):
    return make_staff(*EVERYTHING, "product_isolation.view_spending", name="boss")


@pytest.fixture
def history(settings):
    """Forty days in which three people had images isolated."""
    settings.PRODUCT_ISOLATION = {
        **settings.PRODUCT_ISOLATION,
        "DAILY_BUDGET": "2.00",
        "MONTHLY_BUDGET": "500.00",
    }
    make_balance(amount=Decimal("1234.56"))
    people = [make_staff(name=name) for name in PEOPLE]
    made = 0
    for day in range(40):
        model = "catalogue.swatch" if day % 4 == 0 else "catalogue.productimage"
        at = timezone.now() - timedelta(days=day)
        batch = make_batch(people[day % 3], created_at=at, model_label=model)
        for _ in range((day * 7) % 11 + 1):
            status = list(Status)[made % 12]
            is_charged = status in (Status.APPLIED, Status.RESTORED, Status.REJECTED)
            IsolationRun.objects.create(
                batch=batch,
                object_pk=str(made),
                label=f"Cup {made}",
                status=status,
                source_name="a.jpg",
                due_at=None,
                active_key=str(made) if status in OPEN_STATUSES else None,
                cost=Decimal("0.27") if is_charged else None,
            )
            made += 1


def address(live_server, **query) -> str:
    return live_server.url + reverse("product_isolation:spending", query=query)


def test_from_the_batch_list_to_the_file(shop, live_server, history):
    shop.goto(live_server.url + BATCHES)
    shop.get_by_role("link", name="Spending").click()
    expect(shop.get_by_role("heading", name="Spending")).to_be_visible()
    expect(shop.get_by_text("$1,234.56")).to_be_visible()
    shop.get_by_role("link", name="Last 30 days").click()
    expect(shop.get_by_role("link", name="Last 30 days")).to_have_attribute("aria-current", "true")
    shop.get_by_text("By day, as a table").click()
    expect(shop.locator(".isolation-days tr")).to_have_count(31)
    with shop.expect_download() as download:
        shop.get_by_role("link", name="Download all runs as CSV").click()
    assert download.value.suggested_filename.startswith("isolations-")
    lines = download.value.path().read_text().splitlines()
    first = timezone.localdate() - timedelta(days=29)
    begun = IsolationRun.objects.values_list("batch__created_at", flat=True)
    assert len(lines) - 1 == sum(timezone.localdate(at) >= first for at in begun) > 100


def test_days_are_chosen_in_the_form(shop, live_server, history):
    shop.goto(address(live_server))
    today = timezone.localdate()
    shop.get_by_label("From", exact=True).fill(str(today))
    shop.get_by_label("To", exact=True).fill(str(today - timedelta(days=1)))
    shop.get_by_role("button", name="Show").click()
    complaint = "The first day must not be after the last one."
    expect(shop.get_by_role("alert").filter(has_text=complaint)).to_be_visible()
    shop.get_by_label("From", exact=True).fill(str(today - timedelta(days=1)))
    shop.get_by_label("To", exact=True).fill(str(today))
    shop.get_by_role("button", name="Show").click()
    expect(shop.locator(".isolation-plot svg g")).to_have_count(2)


def test_the_plot_is_as_high_as_what_was_spent(shop, live_server, history):
    shop.goto(address(live_server, period="last-30-days"))
    plot = shop.get_by_role("img", name="USD per day")
    box = plot.bounding_box()
    heights = [bar.bounding_box() for bar in shop.locator(".isolation-plot g").all()]
    assert len(heights) == 30
    tallest = max(one["height"] for one in heights)
    assert tallest == pytest.approx(box["height"], rel=0.03)
    assert all(one["y"] + one["height"] <= box["y"] + box["height"] + 2 for one in heights)
    assert shop.locator(".isolation-plot svg").evaluate(
        "svg => getComputedStyle(svg.querySelector('rect.isolation-charged')).fill"
    ) not in ("rgb(0, 0, 0)", "none")


@pytest.mark.sampled(4)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_is_no_wider_than_the_window(shop, live_server, history, theme, width):
    shop.emulate_media(color_scheme=theme)
    shop.set_viewport_size({"width": width, "height": 844})
    shop.goto(address(live_server, period="last-30-days"))
    shop.get_by_text("By day, as a table").click()
    assert shop.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_colours_of_the_plot_change_with_the_theme(shop, live_server, history):
    seen = set()
    for theme in ("light", "dark"):
        shop.emulate_media(color_scheme=theme)
        shop.goto(address(live_server))
        seen.add(
            shop.locator("rect.isolation-charged").first.evaluate(
                "rect => getComputedStyle(rect).fill"
            )
        )
    assert len(seen) == 2


def test_without_the_right_there_is_no_link_and_no_page(browser, live_server, history):
    client = Client()
    client.force_login(make_staff(*EVERYTHING, name="not-the-boss"))
    with browser.new_context() as context:
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + BATCHES)
        expect(page.get_by_role("link", name="Spending")).to_have_count(0)
        assert page.goto(address(live_server)).status == 403
