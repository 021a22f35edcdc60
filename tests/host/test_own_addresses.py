"""Sites and ModelAdmins that tell by the address who asks: they are asked at their own."""

import pytest
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.test import RequestFactory
from django.urls import include, path, set_script_prefix

from django_product_isolation.admin.host.attach import attach
from django_product_isolation.choices import Status
from django_product_isolation.host.access import shop_permissions
from django_product_isolation.host.access.own_pages import at_list
from tests.photos import make_image
from tests.shop import EVERYTHING, make_run, make_staff, said, status_of
from tests.shops.catalogue.models import Product, ProductImage

pytestmark = pytest.mark.django_db

PRODUCT = ("catalogue.view_product", "catalogue.change_product")


def by_namespace(request):
    return request.resolver_match.namespace == "vendors"


def by_path(request):
    return request.path.startswith("/vendors/")


def by_path_info(request):
    return request.path_info.startswith("/vendors/")


def by_whole_address(request):
    return "/vendors/" in request.build_absolute_uri()


def by_servers_word(request):
    return request.META["PATH_INFO"].startswith("/vendors/")


WAYS = [by_namespace, by_path, by_path_info, by_whole_address, by_servers_word]


def own(request, name):
    return name.startswith(request.user.get_username())


def rows_by(is_vendors):
    class Images(admin.ModelAdmin):
        def get_queryset(self, request):
            found = super().get_queryset(request)
            if is_vendors(request):
                return found.filter(product__name__startswith=request.user.get_username())
            return found

    return (ProductImage, Images)


def permission_by(is_vendors):
    class Images(admin.ModelAdmin):
        def has_view_permission(self, request, obj=None):
            may = super().has_view_permission(request, obj)
            return may and (
                obj is None or not is_vendors(request) or own(request, obj.product.name)
            )

    return (ProductImage, Images)


def inline_rows_by(is_vendors):
    class Inline(admin.TabularInline):
        model = ProductImage

        def get_queryset(self, request):
            found = super().get_queryset(request)
            if is_vendors(request):
                return found.filter(product__name__startswith=request.user.get_username())
            return found

    return (Product, type("Products", (admin.ModelAdmin,), {"inlines": [Inline]}))


def chosen_inlines_by(is_vendors):
    class Inline(admin.TabularInline):
        model = ProductImage

    class Products(admin.ModelAdmin):
        def get_inlines(self, request, obj):
            return [Inline] if not is_vendors(request) or (obj and own(request, obj.name)) else []

    return (Product, Products)


class Office(admin.AdminSite):
    def has_permission(self, request):
        return super().has_permission(request) and request.user.is_superuser


@pytest.fixture
def two_sites(settings):
    """The same class on two sites, for vendors and for the office; as its argument says."""
    sites = []

    def register(registered, kind=Office, prefix=""):
        vendors, office = admin.AdminSite(name="vendors"), kind(name="office")
        for site in (vendors, office):
            sites.append(site)
            site.register(*registered)
        attach()
        settings.ROOT_URLCONF = (
            path("vendors/", vendors.urls),
            path("office/", office.urls),
            path("product-isolation/", include("django_product_isolation.urls")),
        )
        return vendors, office

    yield register
    for site in sites:
        admin.sites.all_sites.discard(site)


KINDS = [rows_by, permission_by, inline_rows_by, chosen_inlines_by]


@pytest.mark.parametrize(
    ("kind", "is_vendors"),
    [*((kind, by_namespace) for kind in KINDS), *((rows_by, way) for way in WAYS[1:])],
)
def test_our_pages_show_what_the_site_shows_at_its_own_address(client, two_sites, kind, is_vendors):
    two_sites(kind(is_vendors))
    client.force_login(make_staff(*EVERYTHING, *PRODUCT))
    mine, hers = make_image("ann cup"), make_image("zoe cup")
    run = make_run(Status.READY, image=hers)
    assert [picture(client, image) for image in (mine, hers)] == [200, 404]
    assert [chosen(client, image) for image in (mine, hers)] == [302, 403]
    assert client.get(f"/product-isolation/batches/{run.batch_id}/").status_code == 404
    client.post("/product-isolation/review/", {"decide": f"reject:{run.pk}"})
    assert status_of(run) == Status.READY
    client.force_login(get_user_model().objects.create_superuser("boss"))
    assert picture(client, hers) == 200


def picture(client, image):
    return client.get(f"/product-isolation/preview/catalogue.productimage/{image.pk}/").status_code


def chosen(client, image):
    url = "/product-isolation/select/catalogue.productimage/"
    return client.post(url, {"pk": image.pk}).status_code


def test_a_site_is_asked_at_its_own_address_whom_it_lets_in(client, two_sites):
    class ByAddress(admin.AdminSite):
        def has_permission(self, request):
            is_open = request.user.is_superuser or not request.path.startswith("/office/")
            return super().has_permission(request) and is_open

    vendors, _office = two_sites((ProductImage, admin.ModelAdmin), kind=ByAddress)
    vendors.has_permission = lambda request: False
    client.force_login(make_staff(*EVERYTHING))
    assert client.get("/office/catalogue/productimage/").status_code == 302
    assert picture(client, make_image()) == 403


def test_inlines_of_a_page_are_asked_at_the_address_of_that_page(client, two_sites):
    class Inline(admin.TabularInline):
        model = ProductImage

    class Products(admin.ModelAdmin):
        def get_inlines(self, request, obj):
            kwargs = request.resolver_match.kwargs
            product = Product.objects.filter(pk=kwargs.get("object_id")).first()
            return [Inline] if product and own(request, product.name) else []

    two_sites((Product, Products))
    client.force_login(make_staff(*EVERYTHING, *PRODUCT))
    mine, hers = make_image("ann cup"), make_image("zoe cup")
    assert [picture(client, image) for image in (mine, hers)] == [200, 404]


def test_below_a_prefix_addresses_are_told_apart_too(two_sites):
    vendors, _office = two_sites((ProductImage, admin.ModelAdmin))
    request = RequestFactory(SCRIPT_NAME="/shop").get("/product-isolation/review/")
    request.user = make_staff(*EVERYTHING)
    set_script_prefix("/shop/")
    try:
        there = at_list(vendors.get_model_admin(ProductImage), request)
    finally:
        set_script_prefix("/")
    assert there.path == "/shop/vendors/catalogue/productimage/"
    assert there.path_info == "/vendors/catalogue/productimage/"
    assert there.resolver_match.namespace == "vendors"
    assert request.path == "/shop/product-isolation/review/"


def test_what_is_noted_for_one_question_is_there_for_the_next_and_stays_off_our_page(
    client, two_sites
):
    class Noting(admin.ModelAdmin):
        asked = 0

        def get_queryset(self, request):
            if not hasattr(request, "vendor"):
                Noting.asked += 1
                request.vendor = request.session["vendor"] = "ann"
                request.current_app = request.user = None
                messages.error(request, "Somebody asks.")
            return super().get_queryset(request)

        def has_view_permission(self, request, obj=None):
            return request.user is None or super().has_view_permission(request, obj)

        has_change_permission = has_view_permission

    two_sites((ProductImage, Noting))
    client.force_login(make_staff(*EVERYTHING))
    run = make_run(Status.READY)
    page = client.get("/product-isolation/review/")
    assert page.status_code == 200
    assert [shown.pk for shown in page.context["page"]] == [run.pk]
    assert said(page) == []
    assert client.session["vendor"] == "ann"
    assert Noting.asked == 1


def test_on_its_own_page_a_model_admin_is_asked_with_the_request_itself(rf, two_sites):
    from django.urls import resolve

    vendors, office = two_sites((ProductImage, admin.ModelAdmin))
    request = rf.get("/vendors/catalogue/productimage/?q=cup")
    request.user = make_staff(*EVERYTHING)
    request.resolver_match = resolve(request.path_info)
    assert at_list(vendors.get_model_admin(ProductImage), request) is request
    elsewhere = at_list(office.get_model_admin(ProductImage), request)
    assert elsewhere.path == "/office/catalogue/productimage/"
    assert shop_permissions.may(request, "view", ProductImage)
