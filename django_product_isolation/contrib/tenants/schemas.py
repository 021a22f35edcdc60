"""The tenants of django-tenants that have our tables, by the names of their schemas.

A tenant's queries meet the public schema's table where the tenant's own is missing. So a schema
that is not migrated yet, or was dropped, is none of ours: its runs would be another's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections
from django.db.models import Func, TextField, Value
from django.db.models.functions import Cast
from django_tenants.utils import (
    get_public_schema_name,
    get_tenant_database_alias,
    get_tenant_model,
    quote_schema_name,
    schema_context,
    tenant_context,
)

from django_product_isolation.database.tenants import UnknownTenant
from django_product_isolation.models import IsolationRun

from .app_lists import lists_with, shared

OUR_APP = IsolationRun._meta.app_label
TABLE = IsolationRun._meta.db_table
SCHEMAS = "SELECT schemaname FROM pg_catalog.pg_tables WHERE tablename = %s"


def keys() -> list[str]:
    """The tenants that have our tables; the public schema too, where the app is shared."""
    public = get_public_schema_name()
    with schema_context(public):
        named = set(get_tenant_model()._default_manager.values_list("schema_name", flat=True))
        with connections[get_tenant_database_alias()].cursor() as cursor:
            cursor.execute(SCHEMAS, [TABLE])
            migrated = {name for (name,) in cursor.fetchall()}
    return sorted((named | {public}) & migrated)


def current() -> str:
    """The schema that queries of this thread meet first, and where our tables are in it."""
    if lists_with(OUR_APP) == {shared()}:
        return str(get_public_schema_name())
    connection: Any = connections[get_tenant_database_alias()]
    return str(connection.schema_name)


@contextmanager
def enter(key: str) -> Iterator[None]:
    """Have queries of this thread meet that schema. Raises UnknownTenant."""
    public = get_public_schema_name()
    if not key or "\x00" in key:  # PostgreSQL takes neither in a name
        raise UnknownTenant(key)
    with schema_context(public):
        # The table itself, not one of the same name that the search path leads to.
        table = Value(f"{quote_schema_name(key)}.{TABLE}")
        found = Cast(Func(table, function="to_regclass", output_field=TextField()), TextField())
        tenants = get_tenant_model()._default_manager.annotate(our_table=found)
        tenant = tenants.filter(schema_name=key).exclude(our_table=None).first()
    if tenant is not None:
        with tenant_context(tenant):
            yield
    elif key == public and public in keys():
        with schema_context(public):
            yield
    else:
        raise UnknownTenant(key)
