"""Who may do what to which image, as the shop's own admin says: ModelAdmins, inlines, sites."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.admin import GenericTabularInline
from django.test import RequestFactory

from django_product_isolation.host.access import permissions
from django_product_isolation.host.access.policies import Policy
from tests.admin.host.odd_shop import odd_site
from tests.assortment import models as assortment
from tests.catalogue.models import Product, ProductImage, Shot, StudioShot
from tests.photos import make_image, photo_file
from tests.shop import make_staff
from tests.wardrobe.models import Coat, Cut, CutPicture, Garment, Scan

pytestmark = pytest.mark.django_db

LOOK = ("catalogue.view_product", "catalogue.view_productimage")
CHANGE = ("catalogue.change_product", "catalogue.change_productimage")


class OfVendors(admin.ModelAdmin):
    """A vendor's rows begin with the vendor's name; "locked" ones nobody changes."""

    def get_queryset(self, request):
        return super().get_queryset(request).filter(name__startswith=request.user.get_username())

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or "locked" not in obj.name)


class Pictures(admin.TabularInline):
    model = ProductImage


class OnlyCaptioned(admin.TabularInline):
    model = ProductImage

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(caption="secret")

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (
            obj is None or "old" not in obj.name
        )


class ByAttribute(OfVendors):
    inlines = [Pictures]


class ByMethod(OfVendors):
    def get_inlines(self, request, obj):
        return [Pictures] if obj else []


class ByInstances(OfVendors):
    def get_inline_instances(self, request, obj=None):
        return [Pictures(self.model, self.admin_site)] if obj and obj.pk else []


@pytest.fixture
def shop(settings):
    contexts = []

    def register(*registered):
        contexts.append(odd_site(settings, *registered))
        return contexts[-1].__enter__()

    return register


def asked(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def ann(*names):
    return asked(make_staff(*names, name="ann"))


def everything():
    user = get_user_model().objects.create_user("ann", is_staff=True, is_superuser=True)
    return asked(user)


def may(request, *images):
    """What the person may view, and what they may change."""
    model, pks = type(images[0]), [str(image.pk) for image in images]
    return [
        {
            image
            for image in images
            if str(image.pk) in permissions.allowed(request, act, model, pks)
        }
        for act in ("view", "change")
    ]


@pytest.mark.parametrize("host", [ByAttribute, ByMethod, ByInstances])
def test_images_in_an_inline_only_are_as_open_as_what_they_belong_to(shop, host):
    shop((Product, host))
    mine, locked, hers = map(make_image, ("ann cup", "ann locked cup", "zoe cup"))
    assert may(ann(*LOOK, *CHANGE), mine, locked, hers) == [{mine, locked}, {mine}]


@pytest.mark.parametrize("host", [ByAttribute, ByMethod])
@pytest.mark.parametrize("names", [LOOK[:1] + CHANGE[:1], LOOK[1:] + CHANGE[1:]], ids=str)
def test_both_the_page_and_its_inline_must_be_open(shop, host, names):
    shop((Product, host))
    assert may(ann(*names), make_image("ann cup")) == [set(), set()]


def test_the_page_open_for_reading_opens_its_inline_for_reading(shop):
    shop((Product, ByAttribute))
    image = make_image("ann cup")
    assert may(ann("catalogue.view_product", *CHANGE[1:]), image) == [{image}, set()]


def test_an_inlines_own_rows_and_rules_count(shop):
    class Host(OfVendors):
        inlines = [OnlyCaptioned]

    shop((Product, Host))
    mine, old, secret = map(make_image, ("ann cup", "ann old cup", "ann cup"))
    ProductImage.objects.filter(pk=secret.pk).update(caption="secret")
    assert may(ann(*LOOK, *CHANGE), mine, old, secret) == [{mine, old}, {mine}]


def test_inlines_within_inlines_are_as_open_as_the_page_they_stand_on(shop):
    class OfACut(admin.TabularInline):
        model = CutPicture

    class Cuts(admin.TabularInline):
        model = Cut
        inlines = [OfACut]

    class Host(OfVendors):
        inlines = [Cuts]

    shop((Garment, Host))
    pictures = []
    for owner in ("ann", "zoe"):
        garment = Garment.objects.create(code=owner, name=f"{owner} coat")
        cut = Cut.objects.create(garment=garment, name="slim")
        pictures.append(CutPicture.objects.create(cut=cut, picture=photo_file()))
    mine, hers = pictures
    assert may(everything(), mine, hers) == [{mine}, {mine}]


def test_an_inline_on_the_page_of_a_child_table_is_asked(shop):
    class OfACut(admin.TabularInline):
        model = CutPicture

    class Cuts(admin.TabularInline):
        model = Cut
        inlines = [OfACut]

    class Host(OfVendors):
        inlines = [Cuts]

    shop((Coat, Host))
    coat = Coat.objects.create(code="a", name="ann coat")
    garment = Garment.objects.create(code="b", name="ann shirt")  # in no admin
    shown, unshown = (
        CutPicture.objects.create(
            cut=Cut.objects.create(garment=owner, name="slim"), picture=photo_file()
        )
        for owner in (coat, garment)
    )
    assert may(everything(), shown, unshown) == [{shown}, {shown}]


def test_a_generic_inline_is_as_open_as_what_it_belongs_to(shop):
    class Scans(GenericTabularInline):
        model = Scan

    class Host(OfVendors):
        inlines = [Scans]

    shop((Garment, Host))
    garments = [Garment.objects.create(code=o, name=f"{o} coat") for o in ("ann", "zoe")]
    product = Product.objects.create(pk=garments[0].pk, name="ann cup")  # of the same key
    mine, hers, elsewhere = (
        Scan.objects.create(owner=owner, picture=photo_file()) for owner in (*garments, product)
    )
    assert may(everything(), mine, hers, elsewhere) == [{mine}, {mine}]


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


def test_where_no_admin_shows_the_model_its_plain_permission_counts(shop):
    shop((Product, admin.ModelAdmin))
    image = make_image("zoe cup")
    assert may(ann("catalogue.view_productimage"), image) == [{image}, set()]
    bea = asked(make_staff("catalogue.change_productimage", name="bea"))
    assert may(bea, image) == [{image}, {image}]


def test_keys_that_the_model_does_not_have_are_nobodys(shop):
    shop((ProductImage, admin.ModelAdmin))
    request = everything()
    keys = ["nonsense", "", "9" * 40, "-1", "1\x00"]
    assert permissions.allowed(request, "view", ProductImage, keys) == set()


def test_a_place_of_the_shops_own_is_asked_when_it_is_registered(shop, monkeypatch):
    class Portal(Policy):
        @classmethod
        def shows(cls, model):
            return model is ProductImage

        def lets_in(self, request):
            return request.user.get_username() == "ann"

        def rows(self, request, action):
            return ProductImage.objects.filter(product__name__startswith="ann")

    monkeypatch.setattr(permissions, "_registered", [])
    permissions.register(Portal)
    shop((Product, admin.ModelAdmin))
    mine, hers = make_image("ann cup"), make_image("zoe cup")
    outsider = get_user_model().objects.create_user("ann")
    assert may(asked(outsider), mine, hers) == [{mine}, {mine}]
    assert permissions.is_let_in(asked(outsider))
    other = asked(get_user_model().objects.create_user("bea"))
    assert may(other, mine, hers) == [set(), set()]
    assert not permissions.is_let_in(other)


@pytest.mark.parametrize("host", [ByAttribute, ByMethod])
def test_five_hundred_images_cost_as_many_queries_as_one(shop, host, django_assert_num_queries):
    shop((Product, host))
    request = ann(*LOOK, *CHANGE)
    products = Product.objects.bulk_create(Product(name=f"ann {n}") for n in range(500))
    images = ProductImage.objects.bulk_create(
        ProductImage(product=product, original="a.jpg", width=1, height=1) for product in products
    )
    keys = [str(image.pk) for image in images]
    permissions.allowed(request, "change", ProductImage, keys[:1])  # the permissions are kept
    for some in (keys[:1], keys):
        with django_assert_num_queries(2):
            assert permissions.allowed(request, "change", ProductImage, some) == set(some)


def test_a_site_without_an_address_has_no_say_though_another_has_its_name(settings):
    settings.ROOT_URLCONF = "tests.staff.market_called_admin"
    assert permissions.site_at("admin").site_header == "Strict"
    assert [site.site_header for site in permissions.sites_in_use()] == ["Strict"]


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
