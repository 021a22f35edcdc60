"""Who may do what to which image, as the shop's own admin says: ModelAdmins, inlines, sites."""

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.admin import GenericTabularInline
from django.test import RequestFactory

from django_product_isolation.host.access import shop_permissions
from tests.admin.host.odd_shop import odd_site
from tests.photos import make_image, photo_file
from tests.shop import make_staff
from tests.shops.catalogue.models import Product, ProductImage
from tests.shops.wardrobe.models import Coat, Cut, CutPicture, Garment, Scan

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
            if str(image.pk) in shop_permissions.allowed(request, act, model, pks)
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


@pytest.mark.parametrize("kind", [admin.ModelAdmin, admin.TabularInline])
def test_the_permission_to_either_view_or_change_counts_too(shop, kind):
    """Django asks it before it shows a page, or an inline on one."""

    class Refusing(kind):
        model = ProductImage

        def has_view_or_change_permission(self, request, obj=None):
            product = getattr(obj, "product", obj)
            is_open = super().has_view_or_change_permission(request, obj)
            return is_open and "locked" not in str(getattr(product, "name", ""))

    if kind is admin.ModelAdmin:
        shop((ProductImage, Refusing))
    else:
        shop((Product, type("Host", (admin.ModelAdmin,), {"inlines": [Refusing]})))
    mine, locked = map(make_image, ("ann cup", "ann locked cup"))
    assert may(ann(*LOOK, *CHANGE), mine, locked) == [{mine}, {mine}]


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
