"""One column is one image, through whichever of the shop's models it is looked at."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.test.utils import isolate_apps

from django_product_isolation.host import Target, get_targets, target_for, targets_of
from tests.shops.assortment.models import (
    BestWebShot,
    DoubleShot,
    Item,
    Mirror,
    Scan,
    Shot,
    StoredHere,
    StoredThere,
    StudioShot,
    WebShot,
)
from tests.shops.assortment.stock import name_images
from tests.shops.catalogue.models import ProductImage

IMAGE = {"field": "image"}


def key(model, field=""):
    return target_for(model, field).active_key("5")


def fields(model):
    return [(target.model, target.field.name) for target in targets_of(model)]


def test_a_child_a_proxy_and_a_proxy_of_a_proxy_are_their_base_s_column(settings):
    name_images(settings, Shot=IMAGE, StudioShot=IMAGE, WebShot=IMAGE, BestWebShot=IMAGE)
    models = (Shot, StudioShot, WebShot, BestWebShot)
    assert {key(model) for model in models} == {"assortment.shot.image:5"}
    assert len({target_for(model).names for model in models}) == 1
    named = {label for label, _ in target_for(WebShot).names}
    assert {"assortment.shot", "assortment.studioshot", "assortment.webshot"} < named


def test_each_is_known_by_its_own_entry_and_else_by_the_nearest(settings):
    name_images(settings, Shot=IMAGE, WebShot=IMAGE)
    assert fields(Shot) == [(Shot, "image")]
    assert fields(StudioShot) == [(Shot, "image")]
    assert fields(WebShot) == fields(BestWebShot) == [(WebShot, "image")]


def test_two_models_of_one_table_are_one_column(settings):
    name_images(settings, Mirror={"field": "picture"}, StoredHere=IMAGE)
    assert key(Mirror) == key(StoredHere) == "assortment.storedhere.image:5"
    assert ("assortment.mirror", "picture") in target_for(StoredHere).names


def test_children_of_an_abstract_base_have_columns_of_their_own(settings):
    name_images(settings, StoredHere=IMAGE, StoredThere=IMAGE)
    assert key(StoredHere) != key(StoredThere)
    with pytest.raises(ImproperlyConfigured):
        target_for(Item)


def test_a_child_has_its_own_images_beside_the_inherited_ones(settings):
    name_images(settings, Shot=IMAGE, StudioShot={"field": "backside"})
    assert fields(StudioShot) == [(StudioShot, "backside"), (Shot, "image")]
    with pytest.raises(ImproperlyConfigured, match="say which of backside, image"):
        target_for(StudioShot)
    assert key(StudioShot, "backside") == "assortment.studioshot.backside:5"
    assert key(StudioShot, "image") == "assortment.shot.image:5"


def test_a_child_whose_key_is_another_parent_s_goes_by_its_own_parent(settings):
    name_images(settings, Scan={"field": "scanned"}, Shot=IMAGE)
    assert fields(DoubleShot) == [(Shot, "image")]
    double = DoubleShot(pk=1)
    double.scan_id = 7
    assert target_for(Shot).pk_of(double) == "1"
    assert get_targets()[Scan, "scanned"].pk_of(double) == "7"
    name_images(settings, DoubleShot={"field": "scanned"})
    with pytest.raises(ImproperlyConfigured, match=r"Name assortment\.Scan instead"):
        get_targets()


def test_a_model_may_name_several_images(settings):
    name_images(settings, Item=[{"field": "photo"}, {"field": "back"}])
    assert fields(Item) == [(Item, "photo"), (Item, "back")]
    assert key(Item, "photo") != key(Item, "back")
    with pytest.raises(ImproperlyConfigured, match="say which of photo, back"):
        target_for(Item)
    with pytest.raises(ImproperlyConfigured, match=r"Item\.side is not named"):
        target_for(Item, "side")


@isolate_apps("tests.shops.assortment")
def test_a_table_between_two_models_knows_its_own_runs_only():
    between = type(
        "Between",
        (models.Model,),
        {
            "__module__": __name__,
            "picture": models.ImageField(),
            "Meta": type("Meta", (), {"app_label": "unregistered", "auto_created": True}),
        },
    )
    target = Target(between, between._meta.get_field("picture"))
    assert target.names == (("unregistered.between", "picture"),)


def test_an_image_that_is_named_twice_is_refused(settings):
    name_images(settings, Item=[{"field": "photo"}, {"field": "photo"}])
    with pytest.raises(ImproperlyConfigured, match=r"photo of assortment\.Item twice"):
        get_targets()
    entry = {"field": "original"}
    settings.PRODUCT_ISOLATION = {
        "IMAGES": {"catalogue.productimage": entry, "catalogue.ProductImage": entry}
    }
    with pytest.raises(ImproperlyConfigured, match="twice"):
        target_for(ProductImage)


@pytest.mark.parametrize("given", [[], [[]], ["photo"], [{}], None])
def test_an_entry_that_names_no_field_is_refused_in_words(settings, given):
    name_images(settings, Item=given)
    with pytest.raises(ImproperlyConfigured, match="a list of them"):
        get_targets()


def test_keys_that_a_database_might_take_for_one_another_are_told_apart(settings):
    name_images(settings, Pallet=IMAGE)
    [target] = get_targets().values()
    keys = ["A1", "a1", "a1 ", "á1", "a" * 400, "a" * 401]
    active = [target.active_key(pk) for pk in keys]
    assert len({text.lower() for text in active}) == len(keys)
    assert all(text == text.strip() and len(text) <= 255 for text in active)
