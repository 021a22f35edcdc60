"""Which schemas are tenants of ours, and how one is entered."""

import pytest
from django.db import connection
from django_tenants.utils import schema_context, tenant_context

from django_product_isolation.database import tenants
from django_product_isolation.database.tenants import UnknownTenant
from django_product_isolation.models import IsolationRun

from .owners.models import Client
from .shops import order

TABLE = "product_isolation_isolationrun"


def copy_our_table(schema):
    run_sql(f"CREATE TABLE {schema}.{TABLE} (LIKE mugs.{TABLE})")


def run_sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def half_made():
    """A tenant whose schema has no tables, beside a public schema that has a table of ours."""
    client = Client(schema_name="half_made", name="Half made")
    client.auto_create_schema = False
    client.save()
    run_sql("CREATE SCHEMA half_made")
    copy_our_table("public")
    yield client
    run_sql(f"DROP TABLE public.{TABLE}")
    client.delete(force_drop=True)


def test_tenants_are_those_that_have_tables_of_ours(shops):
    assert tenants.all_keys() == ["mugs", "shoes"]


def test_a_tenant_that_is_not_migrated_is_none_whatever_the_public_schema_has(shops, half_made):
    assert "half_made" not in tenants.all_keys()
    with pytest.raises(UnknownTenant), tenants.enter("half_made"):
        pytest.fail("another's tables")


def test_a_schema_without_a_tenant_is_none(shops):
    run_sql("CREATE SCHEMA backup")
    copy_our_table("backup")
    assert "backup" not in tenants.all_keys()
    with pytest.raises(UnknownTenant), tenants.enter("backup"):
        pytest.fail("a copy")
    run_sql("DROP SCHEMA backup CASCADE")


def test_within_the_block_queries_meet_that_tenants_tables(shops):
    mugs, shoes = shops
    order(mugs, 1)
    order(shoes, 2)
    with tenants.enter("shoes"):
        assert tenants.current() == "shoes"
        assert connection.tenant == shoes
        with tenants.enter("mugs"):
            assert IsolationRun.objects.count() == 1
        assert IsolationRun.objects.count() == 2
    assert connection.schema_name == "public"


def test_whoever_is_in_a_tenant_is_back_there_after_an_error(shops):
    with tenant_context(shops[0]):
        with pytest.raises(ZeroDivisionError), tenants.enter("shoes"):
            raise ZeroDivisionError
        assert connection.tenant == shops[0]


def test_a_tenant_that_is_gone_is_unknown(new_shop):
    with tenants.enter("hats"):
        pass
    with schema_context("public"):
        run_sql("DROP SCHEMA hats CASCADE")
    with pytest.raises(UnknownTenant), tenants.enter("hats"):
        pytest.fail("gone")
