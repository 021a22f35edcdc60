"""Presets: kept in the admin, and filled in on the confirm page without any script."""

import pytest
from django.urls import reverse

from django_product_isolation.models import IsolationBatch, IsolationRun, Preset
from tests.photos import make_image
from tests.shop import (
    CHANGE,
    ISOLATE,
    VIEW,
    choose,
    look,
    make_images_without_files,
    make_staff,
    order,
    press,
    said,
)
from tests.shops.catalogue.models import ProductImage

pytestmark = pytest.mark.django_db

PRESETS = "/admin/product_isolation/preset/"
IMAGES = "catalogue.productimage"


@pytest.fixture
def manager(client):
    names = ("view", "add", "change", "delete")
    user = make_staff(*(f"product_isolation.{name}_preset" for name in names), name="max")
    client.force_login(user)
    return user


@pytest.fixture
def by_caption(option):
    """A shop that sorts its images by their caption."""
    entry = {"field": "original", "product": "product", "category": "caption"}
    option(IMAGES={"catalogue.ProductImage": entry})


def make_preset(name="Shoes", **values) -> Preset:
    defaults = {
        "prompt": "the pair of {product}",
        "aspect_ratio": "3:2",
        "resolution": "4K",
        "review": True,
    }
    return Preset.objects.create(name=name, **{**defaults, **values})


def filled(response) -> tuple[str, str, str, str]:
    """What the form holds: wording, shape, size, when to publish."""
    form = response.context["form"]
    names = ("prompt", "aspect_ratio", "resolution", "review")
    return tuple(form[name].value() for name in names)


def captioned(*captions: str) -> list[ProductImage]:
    images = make_images_without_files(len(captions))
    for image, caption in zip(images, captions, strict=True):
        ProductImage.objects.filter(pk=image.pk).update(caption=caption)
    return images


SHOES = ("the pair of {product}", "3:2", "4K", "reviewed")
USUAL = ("{product}", "1:1", "2K", "at-once")


# In the admin


def posted(**values) -> dict[str, str]:
    defaults = {
        "name": "Shoes",
        "prompt": "the {product}",
        "aspect_ratio": "1:1",
        "resolution": "2K",
        "default_model": "",
        "default_category": "",
    }
    return {**defaults, **values}


def test_managers_keep_presets_with_the_ordinary_permissions(client, manager):
    assert client.post(f"{PRESETS}add/", posted()).status_code == 302
    preset = Preset.objects.get()
    assert (preset.name, preset.default_model, preset.review) == ("Shoes", None, False)
    assert "Shoes" in client.get(PRESETS).content.decode()
    changed = posted(name="Boots", default_model=IMAGES, default_category="Boots")
    assert client.post(f"{PRESETS}{preset.pk}/change/", changed).status_code == 302
    preset.refresh_from_db()
    assert (preset.default_model, preset.default_category) == (IMAGES, "Boots")
    assert "Product images: Boots" in client.get(PRESETS).content.decode()


def test_staff_who_isolate_keep_no_presets(client, staff):
    assert client.get(PRESETS).status_code == 403
    assert client.post(f"{PRESETS}add/", posted()).status_code == 403
    assert not Preset.objects.exists()


def test_a_preset_can_be_the_default_of_what_the_shop_isolates_only(client, manager):
    page = client.get(f"{PRESETS}add/")
    choices = page.context["adminform"].form.fields["default_model"].choices
    assert [value for value, _label in choices] == ["", IMAGES, "catalogue.swatch"]
    response = client.post(f"{PRESETS}add/", posted(default_model="catalogue.product"))
    assert "default_model" in response.context["adminform"].form.errors


def test_a_place_that_is_named_twice_is_kept_once(client, manager):
    client.post(f"{PRESETS}add/", posted(places=["otto", "ebay", "otto"]))
    assert Preset.objects.get().places == ["otto", "ebay"]


def test_a_default_that_the_shop_names_no_longer_may_stay(client, manager):
    preset = make_preset(default_model="gone.image")
    address = f"{PRESETS}{preset.pk}/change/"
    assert client.post(address, posted(default_model="gone.image")).status_code == 302
    preset.refresh_from_db()
    assert (preset.name, preset.default_model) == ("Shoes", "gone.image")


def test_there_is_one_default_for_each_model_and_category(client, manager):
    make_preset("Boots", default_model=IMAGES, default_category="Boots")
    again = posted(default_model=IMAGES, default_category="Boots")
    page = client.post(f"{PRESETS}add/", again).content.decode()
    assert "Another preset is the default there already." in page
    elsewhere = posted(default_model=IMAGES, default_category="Hats")
    assert client.post(f"{PRESETS}add/", elsewhere).status_code == 302


def test_many_presets_may_be_no_default_at_all(client, manager):
    for name in ("Shoes", "Boots"):
        assert client.post(f"{PRESETS}add/", posted(name=name)).status_code == 302
    assert Preset.objects.count() == 2


def test_a_category_alone_is_no_default(client, manager):
    page = client.post(f"{PRESETS}add/", posted(default_category="Boots")).content.decode()
    assert "Select which images it is the default for" in page
    assert not Preset.objects.exists()


# On the confirm page


def test_without_presets_nothing_is_said_of_them(client, staff):
    assert "Preset" not in look(client, [make_image()]).content.decode()


def test_a_preset_is_chosen_in_the_address(client, staff):
    preset = make_preset()
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    assert filled(client.get(address)) == USUAL
    response = client.get(f"{address}?preset={preset.pk}")
    assert filled(response) == SHOES
    assert f'<option value="{preset.pk}" selected>Shoes</option>' in response.content.decode()


@pytest.mark.parametrize("asked", ["999999", "nonsense", ""])
def test_an_unknown_preset_leaves_the_settings(client, staff, asked):
    make_preset(default_model=IMAGES)
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    assert filled(client.get(f"{address}?preset={asked}")) == USUAL


def test_filling_in_a_preset_keeps_what_was_typed_for_single_images(client, staff):
    preset = make_preset()
    images = [make_image("Cup"), make_image("Pot")]
    address, own = choose(client, images), f"prompt-{images[0].pk}"
    typed = {own: "the left cup", "preset": preset.pk, "fill_in": "yes"}
    response = press(client, address, **typed)
    assert filled(response) == SHOES
    assert response.context["form"][own].value() == "the left cup"
    assert said(response) == ["The preset was filled in. Nothing was ordered yet."]
    assert not IsolationBatch.objects.exists()


def test_a_preset_that_was_chosen_but_not_filled_in_is_not_ordered_unseen(client, staff):
    preset = make_preset()
    address = choose(client, [make_image("Cup"), make_image("Pot")])
    response = press(client, address, preset=preset.pk, filled_from="")
    assert filled(response) == SHOES
    assert not IsolationBatch.objects.exists()
    prompt, ratio, size, review = SHOES
    seen = {"prompt": prompt, "aspect_ratio": ratio, "resolution": size, "review": review}
    press(client, address, preset=preset.pk, filled_from=preset.pk, **seen)
    assert IsolationBatch.objects.get().aspect_ratio == "3:2"
    prompts = IsolationRun.objects.values_list("prompt", flat=True)
    assert set(prompts) == {"the pair of Cup", "the pair of Pot"}


def test_what_was_changed_after_filling_in_is_what_is_ordered(client, staff):
    preset = make_preset()
    order(client, [make_image()], preset=preset.pk, filled_from=preset.pk, aspect_ratio="16:9")
    assert IsolationBatch.objects.get().aspect_ratio == "16:9"


def test_a_preset_does_not_talk_a_shop_out_of_its_review(client, option):
    option(REVIEW=True)
    make_preset(default_model=IMAGES, review=False)
    client.force_login(make_staff(CHANGE, VIEW, ISOLATE))
    assert filled(look(client, [make_image("Cup"), make_image("Pot")]))[3] == "reviewed"


def test_the_default_of_the_model_is_where_the_page_starts(client, staff):
    make_preset("Hats", default_model="catalogue.swatch")
    make_preset(default_model=IMAGES)
    response = look(client, [make_image("Cup"), make_image("Pot")])
    assert filled(response) == SHOES


def test_what_a_selection_brings_along_wins_over_the_default(client, staff, rf):
    from django_product_isolation.staff.selections import select

    make_preset(default_model=IMAGES)
    request = rf.post("/")
    request.user = staff
    images = [make_image("Cup").pk, make_image("Pot").pk]
    response = select(request, ProductImage, "admin", images, prefill={"prompt": "a cup"})
    assert filled(client.get(response["Location"])) == ("a cup", *USUAL[1:])


@pytest.mark.parametrize(
    ("captions", "expected"),
    [
        (["Boots", "Boots"], "the boots"),
        (["Boots", "Hats"], "the image"),
        (["Hats", "Hats"], "the image"),
        (["", ""], "the image"),
    ],
)
def test_the_default_of_the_category_counts_where_all_images_share_it(
    client, staff, by_caption, captions, expected
):
    make_preset("Any", prompt="the image", default_model=IMAGES)
    make_preset("Boots", prompt="the boots", default_model=IMAGES, default_category="Boots")
    elsewhere = {"default_model": "catalogue.swatch", "default_category": "Boots"}
    make_preset("Swatches", prompt="the swatch", **elsewhere)
    assert filled(look(client, captioned(*captions)))[0] == expected


def test_images_that_are_left_out_do_not_count_for_the_category(client, staff, by_caption):
    make_preset("Boots", prompt="the boots", default_model=IMAGES, default_category="Boots")
    images = captioned("Boots", "Boots", "Hats")
    ProductImage.objects.filter(pk=images[2].pk).update(original="")
    assert filled(look(client, images))[0] == "the boots"


def test_a_category_needs_a_lookup_path(client, staff):
    make_preset("Any", prompt="the image", default_model=IMAGES)
    make_preset("Boots", prompt="the boots", default_model=IMAGES, default_category="as taken")
    assert filled(look(client, [make_image("Cup"), make_image("Pot")]))[0] == "the image"


def test_the_page_costs_the_same_queries_with_presets(client, staff, by_caption, count_queries):
    make_preset("Boots", default_model=IMAGES, default_category="Boots")
    few = choose(client, captioned(*["Boots"] * 3))
    many = choose(client, captioned(*["Boots"] * 60))
    count_queries(lambda: client.get(few))
    assert count_queries(lambda: client.get(few)) == count_queries(lambda: client.get(many))


def test_the_presets_own_page_is_found_under_its_name():
    assert reverse("admin:product_isolation_preset_changelist") == PRESETS


def test_a_preset_names_the_marketplaces_that_it_is_for(client, manager):
    address = f"{PRESETS}add/"
    form = client.get(address).context["adminform"].form
    assert ("zalando", "Zalando") in form.fields["places"].choices
    posted = {"name": "Feeds", "aspect_ratio": "1:1", "resolution": "2K"}
    assert client.post(address, {**posted, "places": ["google", "zalando"]}).status_code == 302
    preset = Preset.objects.get()
    assert preset.places == ["google", "zalando"]
    # One that nobody registers any more can still be kept, or taken out.
    Preset.objects.update(places=["atlantis", "google"])
    change = f"{PRESETS}{preset.pk}/change/"
    assert client.post(change, {**posted, "places": ["atlantis"]}).status_code == 302
    assert Preset.objects.get().places == ["atlantis"]
