"""The actions on the list of products: all their images, or the main one of each."""

import itertools

import pytest
from django.contrib import admin
from django.db.models import Count

from django_product_isolation.admin.host.attach import attach
from django_product_isolation.admin.host.product_actions import actions_for_products
from django_product_isolation.host import get_targets
from django_product_isolation.models import Selection
from django_product_isolation.staff import selections
from tests.photos import make_image
from tests.shop import CHANGE, EVERYTHING, ISOLATE, VIEW, make_staff, pks
from tests.shops.catalogue.models import Product, ProductImage

PRODUCTS = "/admin/catalogue/product/"
ALL, MAIN = "isolate_all_images", "isolate_main_images"
OF_PRODUCTS = ("catalogue.view_product", "catalogue.change_product")


@pytest.fixture
def staff(client, db):
    user = make_staff(*EVERYTHING, *OF_PRODUCTS)
    client.force_login(user)
    return user


def run(client, action, products, path=PRODUCTS, **more):
    ticked = {"action": action, "_selected_action": pks(products), "index": "0"}
    return client.post(path, {**ticked, **more})


def second_image(first: ProductImage) -> ProductImage:
    return ProductImage.objects.create(product=first.product, original=first.original.name)


def chosen_images() -> list[str]:
    return Selection.objects.get().object_pks


class OtherProduct(Product):
    class Meta:
        proxy = True
        app_label = "catalogue"
        ordering = ["-name"]


def test_all_images_of_the_ticked_products_are_chosen(client, staff):
    cup, pot, other = make_image("Cup"), make_image("Pot"), make_image("Jug")
    cup_again = second_image(cup)
    response = run(client, ALL, [pot.product, cup.product])
    assert sorted(chosen_images()) == sorted(pks([cup, cup_again, pot]))
    assert str(other.pk) not in chosen_images()
    page = client.get(response["Location"]).content.decode()
    assert "To be isolated: 3 images" in page
    assert f'href="{PRODUCTS}">No, take me back' in page
    selection = Selection.objects.get()
    assert (selection.model_label, selection.site_name) == ("catalogue.productimage", "admin")


def test_images_of_one_product_stand_together(client, staff):
    cup, pot = make_image("Cup"), make_image("Pot")
    cup_again = second_image(cup)
    run(client, ALL, [cup.product, pot.product])
    assert chosen_images() == pks([cup, cup_again, pot])


def test_the_main_image_is_the_first_by_the_models_own_ordering(client, staff, monkeypatch):
    cup, pot = make_image("Cup"), make_image("Pot")
    newer = second_image(cup)
    run(client, MAIN, [cup.product, pot.product])
    assert chosen_images() == pks([cup, pot])
    Selection.objects.all().delete()
    monkeypatch.setattr(ProductImage._meta, "ordering", ["-pk"])
    run(client, MAIN, [cup.product, pot.product])
    assert sorted(chosen_images()) == sorted(pks([newer, pot]))


@pytest.mark.parametrize("action", [ALL, MAIN])
def test_products_without_images_lead_to_a_page_that_says_so(client, staff, action):
    product = Product.objects.create(name="Gift card")
    response = run(client, action, [product])
    assert "Nothing to isolate" in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize("action", [ALL, MAIN])
def test_a_list_that_counts_its_images_has_the_actions_too(client, staff, action, monkeypatch):
    cup = make_image("Cup")
    second_image(cup)
    counted = Product.objects.annotate(number=Count("images"))
    products_admin = admin.site.get_model_admin(Product)
    monkeypatch.setattr(products_admin, "get_queryset", lambda request: counted)
    run(client, action, [cup.product])
    assert len(chosen_images()) == (2 if action == ALL else 1)


def test_of_a_whole_catalogue_the_beginning_is_kept(client, staff, monkeypatch):
    monkeypatch.setattr(selections, "MAX_READ", 2)
    images = [make_image(name) for name in ("Cup", "Pot", "Jug")]
    run(client, MAIN, [images[0].product], select_across="1")
    assert (len(chosen_images()), Selection.objects.get().chosen) == (2, 3)


@pytest.mark.parametrize("action", [ALL, MAIN])
def test_choosing_takes_the_same_queries_for_1_product_or_50(client, staff, action, count_queries):
    products = [make_image(f"Cup {n}").product for n in range(51)]
    run(client, action, products[:1])
    one = count_queries(lambda: run(client, action, products[:1]))
    assert count_queries(lambda: run(client, action, products[1:])) == one


@pytest.mark.django_db
@pytest.mark.parametrize("action", [ALL, MAIN])
@pytest.mark.parametrize(
    "permissions",
    [c for n in range(3) for c in itertools.combinations([CHANGE, ISOLATE], n)],
    ids=lambda c: "+".join(c) or "none",
)
def test_the_actions_are_for_those_who_may_isolate_and_change_the_images(
    client, action, permissions
):
    product = make_image().product
    client.force_login(make_staff(VIEW, *OF_PRODUCTS, *permissions))
    form = client.get(PRODUCTS).context["action_form"]
    offered = [name for name, _label in form.fields["action"].choices] if form else []
    run(client, action, [product])
    may = set(permissions) == {CHANGE, ISOLATE}
    assert (action in offered) == may
    assert Selection.objects.exists() == may


@pytest.mark.django_db
def test_the_action_itself_refuses_those_who_may_not(client, monkeypatch):
    client.force_login(make_staff(VIEW, *OF_PRODUCTS))
    products_admin = admin.site.get_model_admin(Product)
    (function,) = (a for a in products_admin.actions if a.__name__ == ALL)
    monkeypatch.delattr(function, "allowed_permissions")
    assert run(client, ALL, [make_image().product]).status_code == 403


def test_other_sites_and_proxies_get_them_and_ask_that_sites_images():
    site = admin.AdminSite(name="elsewhere")
    site.register(OtherProduct)
    site.register(ProductImage)
    attach()
    attach()
    products_admin = site.get_model_admin(OtherProduct)
    assert [action.__name__ for action in products_admin.actions] == [ALL, MAIN]


def test_products_of_several_kinds_of_images_get_an_action_for_each(option):
    entry = {"field": "original", "product": "product"}
    option(IMAGES={"catalogue.ProductImage": entry})
    (target,) = get_targets().values()
    found = actions_for_products([target, target])[Product]
    assert [action.name for action in found] == [
        "isolate_all_images_of_catalogue_productimage",
        "isolate_main_images_of_catalogue_productimage",
    ] * 2
    assert str(found[0].description) == "Isolate all images of the products (product images)"


def test_images_that_name_their_product_otherwise_have_no_product_list(option):
    option(IMAGES={"catalogue.Swatch": {"field": "picture", "product": "name"}})
    assert actions_for_products(get_targets().values()) == {}


@pytest.mark.django_db
def test_django_finds_no_fault_with_the_products_admin():
    assert admin.site.get_model_admin(Product).check() == []
