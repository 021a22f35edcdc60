"""What a command says where the tenant at hand has none of our tables."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.management.base import CommandError
from django.db import DatabaseError

from django_product_isolation.database import tenants


def needs_our_tables(handle: Callable[..., None]) -> Callable[..., None]:
    """Have a command's ``handle`` end in a CommandError there, in place of the database's words."""

    @wraps(handle)
    def handle_or_say(*args: Any, **options: Any) -> None:
        try:
            handle(*args, **options)
        except DatabaseError as error:
            key = tenants.current()
            if key in tenants.all_keys():
                raise
            raise CommandError(
                f'"{key}" has no tables of product isolation: name a tenant that has, or migrate '
                "it."
            ) from error

    return handle_or_say
