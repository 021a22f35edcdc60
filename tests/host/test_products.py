"""Which product an image is of, whichever way the shop's models lead there."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ImproperlyConfigured

from django_product_isolation import isolate
from django_product_isolation.host import target_for
from tests.photos import make_image, photo_file
from tests.shops.assortment.models import Item, Label, Shelf, Variant, View
from tests.shops.assortment.stock import make_item, make_view, name_images
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def names(settings):
    """Label and product of each view, read under a product path."""

    def read(path, images=None):
        name_images(settings, View={"field": "image", "product": path})
        images = View.objects.order_by("pk") if images is None else images
        return [(p.label, p.product) for p in target_for(View).pictures(images)]

    return read


@pytest.mark.parametrize("path", ["by_code", "by_code__pk", "sure_code", "only", "item", "loose"])
def test_a_foreign_key_of_any_kind_leads_to_its_own_product(names, path):
    make_item("Somebody else's", code="1")
    item = make_item(code="K-7")
    make_view(**{path.partition("__")[0]: item})
    expected = str(item.pk) if path.endswith("pk") else "Kettle"
    assert names(path) == [(expected, expected)]


@pytest.mark.parametrize("path", ["loose", "sure_code", "sure_code__name", "by_code"])
def test_an_image_whose_product_is_gone_stays_and_has_no_product_name(names, path):
    view = make_view(loose_id=99, by_code_id="gone", sure_code_id="gone")
    assert names(path) == [(f"view {view.pk}", "")]


def test_a_path_leads_over_other_models(names):
    variant = Variant.objects.create(item=make_item(), sku="K-red")
    make_view(variant=variant)
    assert names("variant__item") == [("Kettle", "Kettle")]
    assert names("variant__sku") == [("K-red", "K-red")]
    assert names("variant__item__name") == [("Kettle", "Kettle")]


def test_an_image_of_several_products_stands_once_with_all_their_names(names):
    first, second = make_item("Kettle"), make_item("Lid")
    view = make_view()
    view.items.add(second, first)
    single = make_view()
    assert names("items") == [("Kettle, Lid", "Kettle, Lid"), (f"view {single.pk}", "")]
    joined = View.objects.filter(items__isnull=False).order_by("pk")
    assert joined.count() == 2
    assert names("items", joined) == [("Kettle, Lid", "Kettle, Lid")]


def test_names_behind_a_reversed_relation_are_joined_each_once(names):
    view = make_view()
    for text in ("Kettle", "Lid", "Kettle"):
        Label.objects.create(view=view, text=text)
    assert names("labels") == [("Kettle, Lid", "Kettle, Lid")]
    assert names("labels__text") == [("Kettle, Lid", "Kettle, Lid")]


def test_of_many_names_as_many_as_fit_are_joined(names):
    view = make_view()
    view.items.set([make_item(f"{number:02} " + "x" * 57) for number in range(9)])
    [(label, product)] = names("items")
    assert [part[:2] for part in label.split(", ")] == ["00", "01", "02"]
    assert product == label


def test_products_of_any_model_are_named_in_a_query_for_each_model(
    names, django_assert_max_num_queries
):
    item, variant = make_item(), Variant.objects.create(item=make_item("Lid"), sku="L-1")
    shelf = Shelf.objects.create(photo=photo_file())
    for thing in (item, variant, shelf):
        make_view(thing=thing)
    content_type = ContentType.objects.get_for_model(Item)
    for values in ({}, {"kind": content_type, "key": "no number"}, {"kind": content_type}):
        make_view(**values)
    gone = ContentType.objects.create(app_label="gone", model="gone")
    make_view(kind=gone, key="1")
    read = [product for _, product in names("thing")]
    assert read == ["Kettle", "L-1", "", "", "", "", ""]
    ContentType.objects.clear_cache()
    with django_assert_max_num_queries(9):
        names("thing")
    for _ in range(20):
        make_view(thing=item)
    with django_assert_max_num_queries(6):
        assert len(names("thing")) == 27


def test_a_product_that_says_nothing_of_itself_gives_an_empty_prompt(names, settings):
    view = make_view(shelf=Shelf.objects.create(photo=photo_file()))
    assert names("shelf") == [(f"view {view.pk}", "")]
    assert isolate(view).runs.get().prompt == ""
    name_images(settings, Shelf={"field": "photo"})
    shelf = Shelf.objects.get()
    run = isolate(shelf).runs.get()
    assert (run.label, run.prompt) == (f"shelf {shelf.pk}", "")


@pytest.mark.parametrize("path", ["name__item", "thing__name", "item__nothing", "variant__", ""])
def test_a_path_that_leads_nowhere_is_refused_in_words(settings, path):
    name_images(settings, View={"field": "image", "product": path})
    if path:
        with pytest.raises(ImproperlyConfigured, match=r"assortment\.View"):
            target_for(View)
    else:
        assert target_for(View).product_path is None


def test_the_product_may_be_hidden_from_its_own_list(names, monkeypatch):
    monkeypatch.setattr(Item._default_manager, "get_queryset", Item._base_manager.none)
    make_view(item=make_item())
    assert names("item") == [("Kettle", "Kettle")]


def test_the_model_of_the_products_is_known_where_there_is_one(settings):
    ends = {
        "items": Item,
        "variant__item": Item,
        "labels": Label,
        "thing": None,
        "item__name": None,
    }
    for path, model in ends.items():
        name_images(settings, View={"field": "image", "product": path})
        assert target_for(View).product_model is model


def test_a_product_that_cannot_say_its_name_costs_no_order(db, monkeypatch):
    def told(product):
        if product.name == "broken":
            raise AttributeError("'NoneType' object has no attribute 'title'")
        return product.name

    monkeypatch.setattr(Product, "__str__", told)
    make_image("Mug")
    make_image("broken")
    runs = isolate(ProductImage.objects.order_by("pk")).runs.order_by("object_pk")
    assert [run.prompt for run in runs] == ["Mug", ""]
