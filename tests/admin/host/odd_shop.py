"""An admin site of a shop whose model admins do what they like; each test registers its own."""

from contextlib import contextmanager

from django.contrib.admin import AdminSite
from django.contrib.admin.sites import all_sites
from django.urls import include, path

from django_product_isolation.admin.host.attach import attach
from tests.shops.catalogue.models import ProductImage


class OddImage(ProductImage):
    """A proxy, so that Django's default site can go on showing the images."""

    class Meta:
        proxy = True
        app_label = "catalogue"


@contextmanager
def odd_site(settings, *registered, kind=AdminSite):
    """The addresses of a site with these (model, ModelAdmin class); as its name "odd"."""
    # Those of earlier tests have the same name, and are known until they are collected.
    for earlier in [known for known in all_sites if known.name == "odd"]:
        all_sites.discard(earlier)
    site = kind(name="odd")
    for model, admin_class in registered:
        site.register(model, admin_class)
    attach()
    settings.ROOT_URLCONF = (
        path("odd/", site.urls),
        path("product-isolation/", include("django_product_isolation.urls")),
    )
    yield site
