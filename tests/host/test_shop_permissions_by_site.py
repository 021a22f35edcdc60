"""Several sites and admins, places of the shop that are asked too, and what breaks there."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model

from django_product_isolation.host.access import shop_permissions
from django_product_isolation.host.access.policies import Policy
from tests.admin.host.odd_shop import odd_site
from tests.photos import make_image, photo_file
from tests.shop import make_staff
from tests.shops.assortment import models as assortment
from tests.shops.catalogue.models import Product, ProductImage, Shot, StudioShot

from .test_shop_permissions import (
    CHANGE,
    LOOK,
    ByAttribute,
    ByMethod,
    Pictures,
    ann,
    asked,
    everything,
    may,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(settings):
    contexts = []

    def register(*registered):
        contexts.append(odd_site(settings, *registered))
        return contexts[-1].__enter__()

    return register


@pytest.mark.parametrize("image", [Shot, StudioShot])
@pytest.mark.parametrize("shown", [Shot, StudioShot])
def test_the_admin_of_a_parent_or_child_table_is_asked(shop, settings, image, shown):
    name(settings, "catalogue.StudioShot", "picture")

    class OfAnn(admin.ModelAdmin):
        def get_queryset(self, request):
            return super().get_queryset(request).filter(picture__startswith="shots/ann")

    shop((shown, OfAnn))
    rows = [
        StudioShot.objects.create(studio="s", picture=photo_file(f"{owner}.jpg"))
        for owner in ("ann", "zoe")
    ]
    mine, hers = (image.objects.get(pk=row.pk) for row in rows)
    assert may(everything(), mine, hers) == [{mine}, {mine}]


def name(settings, model, field):
    images = {**settings.PRODUCT_ISOLATION["IMAGES"], model: {"field": field}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}


def test_the_admin_of_a_parent_has_no_say_about_an_image_of_the_child_alone(shop, settings):
    """A parent with an image of its own, which is another one."""
    name(settings, "assortment.StudioShot", "backside")
    shop((assortment.Shot, admin.ModelAdmin))
    shot = assortment.StudioShot.objects.create(image=photo_file(), backside=photo_file())
    assert may(ann("assortment.view_shot", "assortment.change_shot"), shot) == [set(), set()]


def test_of_two_sites_that_let_one_in_either_is_enough(shop, settings):
    with odd_site(settings, (ProductImage, admin.ModelAdmin)) as wide:
        narrow = admin.AdminSite(name="narrow")
        narrow.register(Product, ByAttribute)
        settings.ROOT_URLCONF = tuple(settings.ROOT_URLCONF) + site_at("narrow/", narrow)
        hers, request = make_image("zoe cup"), ann(*LOOK, *CHANGE)
        assert may(request, hers) == [{hers}, {hers}]
        wide.has_permission = lambda request: False
        assert may(asked(request.user), hers) == [set(), set()]
        mine = make_image("ann cup")
        assert may(asked(request.user), mine) == [{mine}, {mine}]


def site_at(path_name, site):
    from django.urls import path

    return (path(path_name, site.urls),)


def test_where_no_admin_shows_the_model_its_plain_permission_counts(shop, monkeypatch):
    monkeypatch.setattr(shop_permissions, "sites_of_other_hosts", list)
    shop((Product, admin.ModelAdmin))
    image = make_image("zoe cup")
    assert may(ann("catalogue.view_productimage"), image) == [{image}, set()]
    bea = asked(make_staff("catalogue.change_productimage", name="bea"))
    assert may(bea, image) == [{image}, {image}]


def test_what_only_a_site_of_another_host_shows_is_shown_to_nobody_here(shop):
    shop((Product, admin.ModelAdmin))
    office = admin.AdminSite("office")
    office.register(ProductImage)
    image = make_image("zoe cup")
    assert may(everything(), image) == [set(), set()]


def test_keys_that_the_model_does_not_have_are_nobodys(shop):
    shop((ProductImage, admin.ModelAdmin))
    request = everything()
    keys = ["nonsense", "", "9" * 40, "-1", "1\x00"]
    assert shop_permissions.allowed(request, "view", ProductImage, keys) == set()


def test_a_place_of_the_shops_own_is_asked_when_it_is_registered(shop, monkeypatch):
    class Portal(Policy):
        @classmethod
        def shows(cls, model):
            return model is ProductImage

        def lets_in(self, request):
            return request.user.get_username() == "ann"

        def rows(self, request, action):
            return ProductImage.objects.filter(product__name__startswith="ann")

    monkeypatch.setattr(shop_permissions, "_registered", [])
    shop_permissions.register(Portal)
    shop((Product, admin.ModelAdmin))
    mine, hers = make_image("ann cup"), make_image("zoe cup")
    outsider = get_user_model().objects.create_user("ann")
    assert may(asked(outsider), mine, hers) == [{mine}, {mine}]
    assert shop_permissions.is_let_in(asked(outsider))
    other = asked(get_user_model().objects.create_user("bea"))
    assert may(other, mine, hers) == [set(), set()]
    assert not shop_permissions.is_let_in(other)


@pytest.mark.parametrize("host", [ByAttribute, ByMethod])
def test_five_hundred_images_cost_as_many_queries_as_one(shop, host, django_assert_num_queries):
    shop((Product, host))
    request = ann(*LOOK, *CHANGE)
    products = Product.objects.bulk_create(Product(name=f"ann {n}") for n in range(500))
    images = ProductImage.objects.bulk_create(
        ProductImage(product=product, original="a.jpg", width=1, height=1) for product in products
    )
    keys = [str(image.pk) for image in images]
    shop_permissions.allowed(request, "change", ProductImage, keys[:1])  # the permissions are kept
    for some in (keys[:1], keys):
        with django_assert_num_queries(2):
            assert shop_permissions.allowed(request, "change", ProductImage, some) == set(some)


def test_a_site_without_an_address_has_no_say_though_another_has_its_name(settings):
    settings.ROOT_URLCONF = "tests.staff.market_called_admin"
    assert shop_permissions.site_at("admin").site_header == "Strict"
    assert [site.site_header for site in shop_permissions.sites_in_use()] == ["Strict"]


@pytest.mark.parametrize("breaks", ["get_queryset", "get_inlines"])
def test_a_place_that_breaks_on_a_page_that_it_does_not_know_has_no_say(shop, breaks):
    class OfOnePage(Pictures):
        def get_queryset(self, request):
            product = request.resolver_match.kwargs["object_id"]
            return super().get_queryset(request).filter(product=product)

    class NeedsAnObject(admin.ModelAdmin):
        def get_inlines(self, request, obj):
            return [Pictures] if obj.name else []

    holder = type("Holder", (admin.ModelAdmin,), {"inlines": [OfOnePage]})
    shop((Product, holder if breaks == "get_queryset" else NeedsAnObject))
    assert may(everything(), make_image("Mug")) == [set(), set()]
