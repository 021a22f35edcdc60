"""Writes a history into a database: PostgreSQL by COPY, others by executemany."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from django_product_isolation.migrations import __path__ as migrations
from django_product_isolation.models import IsolationBatch, IsolationRun, RunEvent, RunFinding
from tests.shops.catalogue.models import Product, ProductImage

from . import history as made_by
from .history import PEOPLE, History, product_name
from .models import PlainRow, Stamp

CHUNK = 5000
# Of the newest runs so many have events, for the pages that show some.
WITH_EVENTS = 5000


def stamp(images: int, runs: int) -> str:
    """What decides the rows: how many, the tables, and the code that makes them up."""
    code = hashlib.sha256()
    for path in (f"{migrations[0]}/0001_initial.py", made_by.__file__, __file__):
        with open(path, "rb") as file:
            code.update(file.read())
    return f"{images} images, {runs} runs, {code.hexdigest()[:16]}"


def build(images: int, runs: int) -> None:
    """Create the tables and fill them; raises when the database is not empty."""
    call_command("migrate", run_syncdb=True, verbosity=0)
    with transaction.atomic(), fast_writes():
        User.objects.bulk_create(
            User(pk=n, username=f"person-{n:02}", is_staff=True, is_superuser=n == 1)
            for n in range(1, PEOPLE + 1)
        )
        write(History(images=images, runs=runs, now=timezone.now()))
        Stamp.objects.create(value=stamp(images, runs))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def is_built(images: int, runs: int) -> bool:
    tables = connection.introspection.table_names()
    if Stamp._meta.db_table not in tables:
        return False
    return Stamp.objects.filter(value=stamp(images, runs)).exists()


def fast_writes() -> transaction.Atomic:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size = -500000")
    return transaction.atomic()


def write(history: History) -> None:
    batches = list(history.batches())
    without_size = ({k: v for k, v in batch.items() if k != "size"} for batch in batches)
    insert(IsolationBatch, without_size)
    insert(IsolationRun, all_runs(history, batches))
    if history.findings:
        insert(RunFinding, history.findings)
    newest = IsolationRun.objects.order_by("-batch__created_at").values_list("pk", "status_since")
    insert(
        RunEvent,
        (
            {"run_id": pk, "at": at, "actor_id": 1, "kind": "status", "status": "queued"}
            | {"reason": "", "detail": ""}
            for pk, at in list(newest[:WITH_EVENTS])
            for _ in range(4)
        ),
    )
    numbers = range(1, history.images + 1)
    insert(Product, ({"id": n, "name": product_name(n)} for n in numbers))
    insert(ProductImage, (image(history, n) for n in numbers))
    insert(PlainRow, (plain_row(history, n) for n in range(history.runs)))


def all_runs(history: History, batches: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    made = 0
    for batch in batches:
        yield from history.runs_of(batch, made)
        made += batch["size"]


def image(history: History, number: int) -> dict[str, Any]:
    name = history.shown.get(number, f"products/{number}.jpg")
    values = {"id": number, "product_id": number, "original": name, "caption": ""}
    return {**values, "width": 1200, "height": 1200, "updated_at": history.now}


def plain_row(history: History, number: int) -> dict[str, Any]:
    when = history.now - (history.runs - number) * made_by.timedelta(seconds=60)
    return {"name": product_name(number), "created_at": when}


def insert(model: type[Model], rows: Iterable[dict[str, Any]]) -> None:
    """Add rows given by column; every row names the same columns, the others have defaults."""
    rows = with_defaults(model, rows)
    first = next(rows)
    columns = list(first)
    adapt = adapters(first.keys(), model)
    values = ([f(row[c]) for c, f in zip(columns, adapt, strict=True)] for row in [first])
    rest = ([f(row[c]) for c, f in zip(columns, adapt, strict=True)] for row in rows)
    table = connection.ops.quote_name(model._meta.db_table)
    into = f"{table} ({', '.join(map(connection.ops.quote_name, columns))})"
    with connection.cursor() as cursor:
        for part in (values, rest):
            write_rows(cursor, into, len(columns), part)


def with_defaults(model: type[Model], rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    rows = iter(rows)
    first = next(rows)
    left_out = [
        f for f in model._meta.concrete_fields if f.column not in first and not f.primary_key
    ]
    defaults = {field.column: field.get_default() for field in left_out}
    yield {**first, **defaults}
    yield from ({**row, **defaults} for row in rows)


def write_rows(cursor: Any, into: str, width: int, rows: Iterator[Sequence[Any]]) -> None:
    if connection.vendor == "postgresql":
        with cursor.cursor.copy(f"COPY {into} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join(["%s"] * width)
    cursor.executemany(f"INSERT INTO {into} VALUES ({places})", rows)


def adapters(columns: Iterable[str], model: type[Model]) -> list[Callable[[Any], Any]]:
    """For each column, what makes a value of the driver's kind of ours."""
    fields = {field.column: field for field in model._meta.concrete_fields}
    return [adapter(fields[column].get_internal_type()) for column in columns]


def adapter(kind: str) -> Callable[[Any], Any]:
    def as_it_is(value: Any) -> Any:
        return value

    if kind == "JSONField":
        return json.dumps
    if connection.vendor == "postgresql":
        return as_it_is
    return {
        "UUIDField": lambda value: value and value.hex,
        "ForeignKey": lambda value: getattr(value, "hex", value),
        "DateTimeField": connection.ops.adapt_datetimefield_value,
        "DecimalField": lambda value: value if value is None else str(Decimal(value)),
    }.get(kind, as_it_is)
