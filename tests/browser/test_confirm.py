"""The confirm page in a real browser: by keyboard, on a phone, in the dark, without JavaScript."""

import pytest
from playwright.sync_api import expect

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset, Selection
from tests.photos import make_image
from tests.shop import CHANGELIST, EVERYTHING, SPENDING, image_of, make_run, make_staff, pks
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


@pytest.fixture
def staff(transactional_db):
    """Staff who may also read how much of the budget is left."""
    return make_staff(*EVERYTHING, SPENDING)


def make_page(live_server, images, **values) -> str:
    """The address of the confirm page of a selection."""
    defaults = {
        "model_label": "catalogue.productimage",
        "site_name": "admin",
        "object_pks": pks(images),
        "chosen": len(images),
    }
    selection = Selection.objects.create(**{**defaults, **values})
    return f"{live_server.url}/product-isolation/confirm/{selection.pk}/"


def make_preset(**values) -> Preset:
    defaults = {"name": "Shoes", "prompt": "the pair of {product}", "aspect_ratio": "3:2"}
    return Preset.objects.create(**{**defaults, "resolution": "4K", "review": True, **values})


def press_until_focused(page, locator, key="Tab", most=60) -> None:
    for _ in range(most):
        if locator.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{locator} was not reached")


def is_covered(locator) -> bool:
    """Whether something else lies over the middle of the element."""
    return locator.evaluate(
        """node => {
            const box = node.getBoundingClientRect();
            const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return !(top && (node.contains(top) || top.contains(node)));
        }"""
    )


def test_from_the_list_to_the_batch_by_keyboard_alone(shop, live_server):
    for name in ("Cup", "Pot"):
        make_image(name)
    shop.goto(live_server.url + CHANGELIST)
    press_until_focused(shop, shop.locator("#action-toggle"))
    shop.keyboard.press("Space")
    press_until_focused(shop, shop.locator("select[name=action]"), "Shift+Tab")
    shop.keyboard.type("Isolate product")
    press_until_focused(shop, shop.locator("button[name=index]"))
    shop.keyboard.press("Enter")
    expect(shop.get_by_role("heading", name="Isolate 2 images")).to_be_visible()

    press_until_focused(shop, shop.get_by_label("What to isolate"))
    shop.keyboard.press("Control+a")
    shop.keyboard.type("the {product}")
    press_until_focused(shop, shop.get_by_text("Different wording for single images"))
    shop.keyboard.press("Enter")
    press_until_focused(shop, shop.get_by_role("textbox", name="Cup", exact=True))
    shop.keyboard.type("the left cup")
    press_until_focused(shop, shop.get_by_role("radio", name="1:1"))
    shop.keyboard.press("ArrowRight")
    expect(shop.get_by_role("radio", name="2:3")).to_be_checked()
    press_until_focused(shop, shop.get_by_role("radio", name="2K"))
    shop.keyboard.press("ArrowUp")
    press_until_focused(shop, shop.get_by_role("radio", name="Immediately"))
    shop.keyboard.press("ArrowDown")
    button = shop.get_by_role("button", name="Isolate 2 images for $0.54")
    press_until_focused(shop, button)
    shop.keyboard.press("Enter")

    expect(shop.get_by_role("heading", name="Isolation of 2 images")).to_be_visible()
    batch = IsolationBatch.objects.get()
    assert (batch.aspect_ratio, batch.resolution, batch.review) == ("2:3", "1K", True)
    prompts = dict(batch.runs.values_list("label", "prompt"))
    assert prompts == {"Cup": "the left cup", "Pot": "the Pot"}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("places", [[], ["otto", "walmart"]])
def test_what_has_the_focus_never_lies_under_the_button(shop, live_server, places, width):
    preset = make_preset(places=places)
    images = [make_image(f"Cup {n:02}") for n in range(9)]
    shop.set_viewport_size({"width": width, "height": 600})
    shop.goto(f"{make_page(live_server, images)}?preset={preset.pk}")
    expect(shop.locator(".isolation-told")).to_have_count(1 if places else 0)
    shop.get_by_text("Different wording for single images").click()
    covered = []
    for _ in range(40):
        shop.keyboard.press("Tab")
        focused = shop.locator(":focus")
        if focused.count() and is_covered(focused):
            covered.append(focused.evaluate("node => node.outerHTML.slice(0, 80)"))
    assert covered == []


def test_enter_in_a_text_field_orders_nothing_and_fills_nothing_in(shop, live_server):
    make_preset()
    shop.goto(make_page(live_server, [make_image("Cup"), make_image("Pot")]))
    shop.get_by_text("Different wording for single images").click()
    field = shop.get_by_role("textbox", name="Cup", exact=True)
    field.fill("the left cup")
    address = shop.url
    field.press("Enter")
    shop.wait_for_timeout(300)
    assert shop.url == address
    expect(field).to_have_value("the left cup")
    assert not IsolationBatch.objects.exists()


def test_the_pixels_follow_the_chosen_shape(shop, live_server):
    shop.goto(make_page(live_server, [make_image("Cup")]))
    size = shop.get_by_role("radio", name="2K")
    expect(size).to_have_accessible_name("2K 2048 × 2048 pixels")  # noqa: RUF001
    shop.get_by_role("radio", name="4:5").check(force=True)
    expect(size).to_have_accessible_name("2K 1638 × 2048 pixels")  # noqa: RUF001


def test_reload_and_back_come_to_the_page_and_after_the_order_to_the_batch(shop, live_server):
    shop.goto(live_server.url + CHANGELIST)
    shop.goto(make_page(live_server, [make_image("Cup")]))
    shop.reload()
    shop.get_by_role("button", name="Isolate 1 image for $0.27").click()
    expect(shop.get_by_role("heading", name="Isolation of 1 image")).to_be_visible()
    batch_address = shop.url
    shop.go_back()
    expect(shop.get_by_text("These images were ordered already.")).to_be_visible()
    assert shop.url == batch_address
    assert IsolationRun.objects.count() == 1


def test_a_preset_is_filled_in_and_what_was_typed_is_kept(shop, live_server):
    make_preset()
    shop.goto(make_page(live_server, [make_image("Cup"), make_image("Pot")]))
    shop.get_by_text("Different wording for single images").click()
    shop.get_by_role("textbox", name="Cup", exact=True).fill("the left cup")
    shop.get_by_label("Preset").select_option("Shoes")
    shop.get_by_role("button", name="Use preset").click()
    expect(shop.get_by_text("Nothing was ordered yet.")).to_be_visible()
    expect(shop.get_by_label("What to isolate")).to_have_value("the pair of {product}")
    expect(shop.get_by_role("radio", name="3:2")).to_be_checked()
    expect(shop.get_by_role("textbox", name="Cup", exact=True)).to_have_value("the left cup")
    pot = shop.get_by_role("textbox", name="Pot", exact=True)
    expect(pot).to_have_attribute("placeholder", "the pair of Pot")


def test_without_javascript_everything_works(browser, log_in, live_server):
    make_preset()
    address = make_page(live_server, [make_image("Cup"), make_image("Pot")])
    with browser.new_context(java_script_enabled=False) as context:
        page = log_in(context).new_page()
        page.goto(address)
        page.get_by_text("Different wording for single images").click()
        page.get_by_role("textbox", name="Cup", exact=True).fill("the left cup")
        page.get_by_label("Preset").select_option("Shoes")
        # Chosen, but not filled in: nobody has seen what it stands for.
        page.get_by_role("button", name="Isolate 2 images for $0.54").click()
        expect(page.get_by_text("Nothing was ordered yet.")).to_be_visible()
        expect(page.get_by_role("radio", name="3:2")).to_be_checked()
        page.get_by_role("button", name="Isolate 2 images for $0.54").click()
        expect(page.get_by_role("heading", name="Isolation of 2 images")).to_be_visible()
    prompts = dict(IsolationRun.objects.values_list("label", "prompt"))
    assert prompts == {"Cup": "the left cup", "Pot": "the pair of Pot"}


@pytest.mark.parametrize("width", [390, 1280])
def test_price_button_and_warning_are_in_sight_all_along(shop, live_server, width):
    preset = make_preset(places=["otto", "walmart"])
    images = [make_image(f"A very patiently hand-painted cup, number {n}") for n in range(30)]
    shop.set_viewport_size({"width": width, "height": 800})
    shop.goto(f"{make_page(live_server, images)}?preset={preset.pk}")
    button = shop.get_by_role("button", name="Isolate 30 images for $8.10")
    warning = shop.get_by_role("link", name="2 marketplaces may not take the results: see why")
    height = shop.evaluate("document.documentElement.scrollHeight")
    assert height > 1600
    for place in range(0, height, 400):
        shop.evaluate(f"scrollTo(0, {place})")
        expect(button).to_be_in_viewport(ratio=1)
        expect(warning).to_be_in_viewport(ratio=1)


CONTRASTS = """() => {
    const parts = colour => colour.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
        .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const background = node => {
        for (let n = node; n; n = n.parentElement) {
            const colour = parts(getComputedStyle(n).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const found = [];
    for (const node of document.querySelectorAll(".isolation *")) {
        const own = [...node.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
        const isText = own || node.matches("input[type=submit], textarea");
        if (!isText || !node.checkVisibility()) continue;
        const [a, b] = [light(parts(getComputedStyle(node).color)), light(background(node))];
        const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (ratio < 4.5) found.push(`${ratio.toFixed(1)} ${node.outerHTML.slice(0, 60)}`);
    }
    return found;
}"""


@pytest.mark.sampled(4)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_every_state_fits_and_can_be_read(shop, live_server, settings, theme, width):
    make_preset()
    long_name = "A very patiently hand-painted cup, of which there are several"
    images = [make_image(long_name), make_image("Pot")]
    empty = ProductImage.objects.create(product=Product.objects.create(name="Gift card"))
    ready, done = make_run(Status.READY, name="Jug"), make_run(Status.APPLIED, name="Mug")
    everything = [*images, empty, image_of(ready), image_of(done)]
    shop.emulate_media(color_scheme=theme)
    shop.set_viewport_size({"width": width, "height": 844})

    def examine(name):
        wide = shop.evaluate("document.documentElement.scrollWidth > innerWidth")
        assert (name, wide, shop.evaluate(CONTRASTS)) == (name, False, [])

    shop.goto(make_page(live_server, everything, redo_of=[str(ready.pk)]))
    shop.get_by_text("Different wording for single images").click()
    examine("everything")
    shop.locator("#id_prompt").evaluate("node => { node.value = 'x'.repeat(600) }")
    shop.get_by_role("button", name="Isolate 4 images").click()
    expect(shop.get_by_role("alert")).to_contain_text("Please correct what is marked below.")
    examine("error")
    shop.goto(make_page(live_server, [empty]))
    examine("nothing")
    over = {**settings.PRODUCT_ISOLATION, "DAILY_BUDGET": "0.10"}
    settings.PRODUCT_ISOLATION = over
    shop.goto(make_page(live_server, images))
    expect(shop.get_by_role("alert")).to_contain_text("of the budget is left")
    expect(shop.get_by_role("button", name="Isolate")).to_have_count(0)
    examine("over budget")


def test_a_screen_reader_hears_what_belongs_together(shop, live_server):
    make_preset()
    shop.goto(make_page(live_server, [make_image("Cup"), make_image("Pot")]))
    shop.get_by_text("Different wording for single images").click()
    for name in ("Shape", "Size", "Publish"):
        expect(shop.get_by_role("group", name=name)).to_be_visible()
    for name in ("To be isolated: 2 images", "How it should look"):
        expect(shop.get_by_role("region", name=name)).to_be_visible()
    prompt = shop.get_by_role("textbox", name="What to isolate")
    expect(prompt).to_have_accessible_description(
        "{product} becomes each product's name. For example: Cup. "
        "Leave it empty and the model chooses."
    )
    unnamed = shop.locator(".isolation :is(input, select, textarea):visible").evaluate_all(
        "nodes => nodes.filter(n => !n.labels?.length && n.type !== 'submit').map(n => n.name)"
    )
    assert unnamed == []


def test_what_changed_since_the_page_was_drawn_is_said_and_nothing_is_ordered(shop, live_server):
    images = [make_image(f"Cup {n}") for n in range(10)]
    runs = [make_run(Status.PROCESSING, image=image) for image in images[1:]]
    shop.goto(make_page(live_server, images))
    IsolationRun.objects.update(status=Status.FAILED, active_key=None)
    shop.get_by_role("button", name="Isolate 1 image for $0.27").click()
    alert = shop.get_by_role("alert")
    expect(alert).to_contain_text("9 images can be isolated now that could not before.")
    expect(alert).to_contain_text("Nothing was ordered. Please check the new total.")
    expect(alert).to_be_in_viewport()
    assert IsolationRun.objects.count() == len(runs)
    shop.get_by_role("button", name="Isolate 10 images for $2.70").click()
    expect(shop.get_by_role("heading", name="Isolation of 10 images")).to_be_visible()
    assert IsolationRun.objects.count() == len(runs) + 10
