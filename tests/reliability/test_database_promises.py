"""What correctness rests on, on whichever database the tests run on; and what it must not."""

import os
import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

import django_product_isolation
from django_product_isolation import isolate
from django_product_isolation.host import get_targets, target_for
from django_product_isolation.models import IsolationRun
from tests.photos import make_image
from tests.shop import make_batch
from tests.shops.catalogue.models import Swatch

pytestmark = pytest.mark.django_db

VENDORS = {"": "sqlite", "postgres": "postgresql", "mysql": "mysql"}


def test_the_tests_run_on_the_database_that_was_asked_for():
    url = os.environ.get("DATABASE_URL", "")
    assert connection.vendor == VENDORS[url.partition(":")[0]]
    if "repeatable" in url:
        with connection.cursor() as cursor:
            cursor.execute("SHOW VARIABLES LIKE 't%isolation'")  # its name depends on the version
            assert {level for _name, level in cursor.fetchall()} == {"REPEATABLE-READ"}


def insert(batch, active_key):
    """A row by raw SQL: what is promised, the database must promise."""
    values = {
        "id": uuid4(),
        "batch_id": batch.pk,
        "object_pk": "1",
        "image_column": 1,
        "label": "Mug",
        "prompt": "",
        "sent_with": "",
        "review": False,
        "status": "queued",
        "status_since": timezone.now(),
        "reason": "",
        "held_from": "",
        "active_key": active_key,
        "hinted_run_ids": "",
        "source_columns": "{}",
        "measures": "{}",
        "published": "{}",
        "attempts": 0,
        "worker_deaths": 0,
        "answered_looks": 0,
        "source_name": "products/mug.jpg",
        "source_sha256": "",
        "result_name": "",
        "result_sha256": "",
    }
    for name in ("id", "batch_id"):
        values[name] = IsolationRun._meta.get_field("id").get_db_prep_value(
            values[name], connection
        )
    values["status_since"] = connection.ops.adapt_datetimefield_value(values["status_since"])
    names = ", ".join(map(connection.ops.quote_name, values))
    places = ", ".join(["%s"] * len(values))
    table = connection.ops.quote_name(IsolationRun._meta.db_table)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", list(values.values()))


def test_the_database_itself_keeps_an_image_to_one_open_run():
    batch = make_batch()
    insert(batch, "catalogue.productimage.original:1")
    with pytest.raises(IntegrityError):
        insert(batch, "catalogue.productimage.original:1")
    for _ in range(3):
        insert(batch, None)
    assert IsolationRun.objects.count() == 4


def test_no_constraint_is_dropped_in_silence():
    found = {message.id for message in run_checks(databases=["default"])}
    assert not found & {"models.W036", "models.W043", "models.W044", "mysql.W002"}


def altered(model, how):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {model._meta.db_table} {how}")


@pytest.fixture
def on_mysql(db):
    if connection.vendor != "mysql":
        pytest.skip("Other databases have but one kind of table.")


def found(number):
    # A new one, as in a process that has not asked yet.
    vars(target_for(Swatch)).pop("obstacle_in_database", None)
    return [m for m in run_checks(databases=["default"]) if m.id == f"product_isolation.{number}"]


@pytest.mark.django_db(transaction=True)
def test_an_image_in_a_table_without_transactions_is_refused(on_mysql):
    image = Swatch.objects.create(picture="swatches/oak.jpg")
    altered(Swatch, "ENGINE=Aria")
    try:
        [error] = found("E012")
        assert f"{Swatch._meta.db_table} (Aria)" in error.msg
        with pytest.raises(ImproperlyConfigured, match="knows of no transactions"):
            isolate(image)
    finally:
        altered(Swatch, "ENGINE=InnoDB")
    assert not found("E012")
    assert isolate(image).runs.exists()


@pytest.fixture
def counting_changes(on_mysql, monkeypatch):
    """Connections as with a "client_flag" of the shop's own, which takes the place of Django's."""
    flags = {**connection.settings_dict["OPTIONS"], "client_flag": 0}
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", flags)
    connection.close()
    yield
    monkeypatch.undo()
    connection.close()
    for target in get_targets().values():
        vars(target).pop("obstacle_in_database", None)


def a_content_type():
    """As every database has some that was migrated; that of a test is emptied."""
    ContentType.objects.get_or_create(app_label="catalogue", model="swatch")


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_counts_only_what_an_update_changes_is_refused(counting_changes):
    image = Swatch.objects.create(picture="swatches/oak.jpg")
    a_content_type()
    error = found("E053")[0]
    assert "FOUND_ROWS" in error.hint
    with pytest.raises(ImproperlyConfigured, match="counts the rows that an UPDATE"):
        isolate(image)


@pytest.mark.django_db(transaction=True)
def test_one_that_counts_what_an_update_finds_is_not(on_mysql):
    a_content_type()
    assert not found("E053")


@pytest.mark.django_db(transaction=True)
def test_a_prompt_of_which_the_database_changes_a_letter_is_refused(on_mysql):
    assert not found("W038")
    altered(IsolationRun, "CONVERT TO CHARACTER SET utf8mb3")
    try:
        [warning] = found("W038")
        assert f"{IsolationRun._meta.db_table} (utf8mb3)" in warning.msg
        with pytest.raises(ValidationError, match="Tea set \N{TEACUP WITHOUT HANDLE}"):
            isolate(make_image("Tea set \N{TEACUP WITHOUT HANDLE}"))
        assert not IsolationRun.objects.exists()
    finally:
        altered(IsolationRun, "CONVERT TO CHARACTER SET utf8mb4")


def test_nothing_rests_on_row_locks_which_not_every_database_has():
    """But for two reads whose outcome stays right without the lock."""
    root = Path(django_product_isolation.__file__).parent
    code = {path: path.read_text() for path in root.rglob("*.py")}
    assert len(code) > 50
    locking = [path for path, text in code.items() if re.search(r"select_for_update\b", text)]
    assert sorted(locking) == [
        # Only for the order in which two clicks take their rows, so that no deadlock ends one of
        # them: which rows a click has, its conditional UPDATE says.
        root / "models" / "bulk.py",
        # Only on MariaDB: what is there now, where a snapshot shows what was.
        root / "spending" / "budgets.py",
    ]
