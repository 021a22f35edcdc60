"""A marketplace: vendors see their own products' images, by Django's documented way, and the site
lets in nobody without a second factor, but somebody who is no staff.

A vendor's products begin with the vendor's name.
"""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.urls import include, path

from django_product_isolation.admin.batches import BatchAdmin
from django_product_isolation.admin.host.attach import attach
from django_product_isolation.admin.presets import PresetAdmin
from django_product_isolation.admin.runs import RunAdmin
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset
from tests.shop import EVERYTHING, ISOLATE, RESTORE, REVIEW, SPENDING, VIEW_RUNS, make_staff
from tests.shops.catalogue.models import Product, ProductImage, Swatch

PRESETS = tuple(f"product_isolation.{verb}_preset" for verb in ("view", "add", "change", "delete"))
PRODUCTS = ("catalogue.view_product", "catalogue.change_product")
WITHOUT_SECOND_FACTOR = "hasty"
PARTNER = "partner"


class Market(admin.AdminSite):
    """Asks for more than Django's, as django-otp does, and of a partner for less."""

    def has_permission(self, request):
        name = request.user.get_username()
        return name == PARTNER or (super().has_permission(request) and name != "hasty")


class OfVendors(admin.ModelAdmin):
    owner = "name"

    def get_queryset(self, request):
        found = super().get_queryset(request)
        if request.user.is_superuser:
            return found
        return found.filter(**{f"{self.owner}__startswith": request.user.get_username()})


class ImagesOfVendors(OfVendors):
    owner = "product__name"


site = Market(name="market")
site.register(Product, OfVendors)
site.register(ProductImage, ImagesOfVendors)
site.register(Swatch, OfVendors)
site.register(IsolationRun, RunAdmin)
site.register(IsolationBatch, BatchAdmin)
site.register(Preset, PresetAdmin)
attach()

urlpatterns = [
    path("market/", site.urls),
    path("product-isolation/", include("django_product_isolation.urls")),
]

VENDOR = (*EVERYTHING, *PRODUCTS, *PRESETS, SPENDING)
STAFF = {
    "staff": (),
    "only isolates": (ISOLATE,),
    "only reviews": (REVIEW,),
    "only restores": (RESTORE,),
    "only watches": (VIEW_RUNS,),
    "only counts money": (SPENDING,),
    "only keeps presets": PRESETS,
    "only changes images": ("catalogue.view_productimage", "catalogue.change_productimage"),
    "vendor": VENDOR,
}
PEOPLE = ["anonymous", "customer", *STAFF, PARTNER, WITHOUT_SECOND_FACTOR, "boss"]


def enter(client, person: str):
    """Log the person in; returns the user, None for nobody."""
    if person == "anonymous":
        return None
    users = get_user_model().objects
    if person in STAFF:
        user = make_staff(*STAFF[person], name=person)
    elif person in ("boss", WITHOUT_SECOND_FACTOR):
        user = users.create_superuser(person)
    else:
        user = users.create_user(person)
        user.user_permissions.set(Permission.objects.all())
    client.force_login(user)
    return user
