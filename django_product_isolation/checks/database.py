"""Checks that ask a database, where Django is told to: ``check --database``, and ``migrate``."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS

from django_product_isolation.database.mysql_tables import without_some_letters
from django_product_isolation.host import get_targets

from .renamed import check_renamed


def check_database(
    *, databases: Sequence[str] | None = None, **_kwargs: Any
) -> Iterator[CheckMessage]:
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return
    yield from check_tables()
    yield from check_renamed()
    ours = [model._meta.db_table for model in apps.get_app_config("product_isolation").get_models()]
    if narrow := without_some_letters(DEFAULT_DB_ALIAS, ours):
        yield Warning(
            f"Some letters cannot be kept, such as emoji and rare characters: {', '.join(narrow)}.",
            hint="Convert these tables: ALTER TABLE … CONVERT TO CHARACTER SET utf8mb4. Until then "
            "orders whose prompts have such letters are refused, and notes with them are not kept.",
            id="product_isolation.W038",
        )


def check_tables() -> Iterator[CheckMessage]:
    """What is in the way of images, as only the database knows it."""
    try:
        targets = list(get_targets().values())
    except ImproperlyConfigured:
        return  # E003 says so
    for target in targets:
        if obstacle := target.obstacle_in_database:
            yield Error(obstacle.text, hint=obstacle.hint, id=obstacle.id)
