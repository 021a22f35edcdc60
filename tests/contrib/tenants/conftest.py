"""These tests run with their own settings, in a process of their own (see ../test_tenants.py)."""

from django.conf import settings as django_settings

ARE_SHOPS = django_settings.ROOT_URLCONF == "tests.contrib.tenants.urls"
collect_ignore_glob = [] if ARE_SHOPS else ["*.py"]

if ARE_SHOPS:
    import shutil

    import pytest
    from django.core.cache import cache
    from django.core.management import call_command
    from django.db import connection
    from django_tenants.utils import tenant_context

    from django_product_isolation.models import IsolationBatch, Outage
    from django_product_isolation.workers import tenant_turns

    from .owners.models import Client, Domain
    from .shops import open_shop
    from .store.models import Picture

    @pytest.fixture(scope="session", autouse=True)
    def django_db_setup(django_db_blocker):
        """The database was made for these tests: schemas and rows last from one to the next."""
        with django_db_blocker.unblock():
            call_command("migrate_schemas", schema_name="public", verbosity=0)
            public = Client(schema_name="public", name="Nobody's")
            public.save(verbosity=0)
            Domain.objects.create(domain="127.0.0.1", tenant=public)
            for name in ("mugs", "shoes"):
                open_shop(name)
            yield

    @pytest.fixture(autouse=True)
    def media_root():
        """One for all tests, since processes beside them write there too."""
        cache.clear()

    @pytest.fixture(autouse=True)
    def nobodys_schema(django_db_setup):
        """As a thread begins; the middleware leaves it at the schema of the last request."""
        connection.set_schema_to_public()

    @pytest.fixture
    def shops():
        """Two shops without pictures."""
        found = [Client.objects.get(schema_name=name) for name in ("mugs", "shoes")]
        tenant_turns.resting.clear()
        shutil.rmtree(django_settings.MEDIA_ROOT, ignore_errors=True)
        for shop in found:
            with tenant_context(shop):
                IsolationBatch.objects.all().delete()
                Outage.objects.all().delete()
                Picture.objects.all().delete()
        return found

    @pytest.fixture
    def new_shop():
        """A third one; closed after the test."""
        shop = open_shop("hats")
        yield shop
        if shop.pk:
            shop.delete(force_drop=True)
