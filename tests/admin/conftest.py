import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType

from django_product_isolation.admin.host.attach import attach
from tests.assortment.stock import name_images
from tests.catalogue.models import ProductImage


@pytest.fixture(autouse=True)
def no_steps(settings):
    """Pages are looked at without anybody taking steps, unless a test says otherwise."""
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "embedded"}


@pytest.fixture
def assortment(client, django_user_model, settings):
    """Name images of the assortment as when the site starts, and look as a superuser."""
    # What another test attached is no longer there.
    for shown in admin.site._registry.values():
        if shown.opts.app_label == "assortment":
            for name in set(vars(shown)) - {"model", "opts", "admin_site"}:
                delattr(shown, name)
    client.force_login(django_user_model.objects.create_superuser("boss"))

    def name(**images):
        name_images(settings, **images)
        attach()

    return name


@pytest.fixture
def option(settings):
    """Change options of PRODUCT_ISOLATION for one test."""

    def change(**options):
        settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, **options}

    return change


@pytest.fixture
def some_are_locked(monkeypatch):
    """The shop lets nobody change an image whose caption is "locked"."""
    model_admin = admin.site.get_model_admin(ProductImage)
    allowed = model_admin.has_change_permission

    def has_change_permission(request, obj=None):
        return allowed(request, obj) and (obj is None or obj.caption != "locked")

    monkeypatch.setattr(model_admin, "has_change_permission", has_change_permission)


@pytest.fixture
def count_queries(django_assert_max_num_queries):
    """How many queries a call takes, without inserts, which databases take in chunks.

    ``naming`` counts only those that name something, such as a table.
    """

    ContentType.objects.get_for_models(*apps.get_models())  # looked up once in a process

    def count(call, naming="") -> int:
        with django_assert_max_num_queries(1000) as queries:
            call()
        counted = [query["sql"] for query in queries if not query["sql"].startswith("INSERT")]
        return sum(naming in sql for sql in counted)

    return count
