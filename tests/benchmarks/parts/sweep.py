"""Finding and claiming the due runs among a long history, beside a table of those alone."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from django_product_isolation.database.clock import DatabaseNow
from django_product_isolation.models import IsolationRun
from tests.benchmarks.pairs import undone
from tests.benchmarks.registry import Comparison

NEEDS_HISTORY = True
ALONE = "benchmarks_due_runs"
AT_ONCE = 1000


def measure(options: Namespace) -> Iterator[Comparison]:
    with due_runs_alone() as count:
        yield Comparison(
            name=f"sweep: {count:,} due among {options.runs:,}",
            ours=undone(claim_all),
            simpler=undone(with_these_alone),
            beside="the same with a table of these alone",
            bar=1.2,
        )


def claim_all() -> None:
    """What a sweep does to the runs' table, but for the steps themselves."""
    due = list(IsolationRun.objects.due().values_list("pk", flat=True)[:AT_ONCE])
    assert due
    for pk in due:
        run = IsolationRun.objects.claim(pk)
        assert run is not None and run.lease_owner is not None
        IsolationRun.objects.give_back(pk, run.lease_owner, worker_deaths=0)


@contextmanager
def due_runs_alone() -> Iterator[int]:
    """Have some runs due, and keep a second table like that of the runs, with these alone."""
    drop = f"DROP TABLE IF EXISTS {ALONE}"
    table = IsolationRun._meta.db_table
    others = IsolationRun.objects.filter(due_at__isnull=False).order_by()
    others.update(due_at=None)
    idle = IsolationRun.objects.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    count = IsolationRun.objects.filter(pk__in=list(idle)).update(due_at=DatabaseNow())
    with connection.cursor() as cursor:
        cursor.execute(drop)
        cursor.execute(f"CREATE TABLE {ALONE} AS SELECT * FROM {table} WHERE due_at IS NOT NULL")
        cursor.execute(f"CREATE UNIQUE INDEX {ALONE}_id ON {ALONE} (id)")
        cursor.execute(f"CREATE INDEX {ALONE}_due_at ON {ALONE} (due_at)")
        cursor.execute("ANALYZE")
    try:
        yield count
    finally:
        others.update(due_at=None)
        with connection.cursor() as cursor:
            cursor.execute(drop)


def with_these_alone() -> None:
    """The same, with the small table in the place of the large one until it is rolled back."""
    table = IsolationRun._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_all")
        cursor.execute(f"ALTER TABLE {ALONE} RENAME TO {table}")
    claim_all()
