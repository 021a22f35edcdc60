"""The tables: nothing is missing, and what a shop has kept survives every migration to come."""

import pytest
from django.apps import apps as now
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

APP = "product_isolation"
FIRST = "0001_initial"


def migrate(name):
    """Take the app's tables to a migration, None for before the first."""
    MigrationExecutor(connection).migrate([(APP, name)])


def models_of(name):
    return MigrationExecutor(connection).loader.project_state([(APP, name)]).apps


@pytest.fixture
def at_the_latest(transactional_db):
    latest = MigrationExecutor(connection).loader.graph.leaf_nodes(APP)
    yield latest[0][1]
    call_command("migrate", APP, verbosity=0)


@pytest.mark.django_db
def test_no_migration_is_missing():
    call_command("makemigrations", APP, check=True, dry_run=True, verbosity=0)


def test_what_the_first_tables_held_is_there_after_the_last_migration(at_the_latest):
    migrate(None)
    migrate(FIRST)
    then = models_of(FIRST)
    batch = then.get_model(APP, "IsolationBatch").objects.create(
        model_label="catalogue.productimage",
        field_name="original",
        aspect_ratio="1:1",
        resolution="2K",
        unit_price="0.27",
    )
    run = then.get_model(APP, "IsolationRun").objects.create(
        batch=batch,
        object_pk="7",
        image_column=1,
        label="Mug",
        source_name="mug.jpg",
        result_name="isolated.webp",
    )
    then.get_model(APP, "RunEvent").objects.create(run=run, kind="status", at=timezone.now())
    then.get_model(APP, "Preset").objects.create(name="White", prompt="{product} on white")
    migrate(at_the_latest)
    kept = now.get_model(APP, "IsolationRun").objects.get()
    assert (kept.pk, kept.source_name, kept.batch.resolution) == (run.pk, "mug.jpg", "2K")
    assert kept.events.count() == 1
    assert now.get_model(APP, "Preset").objects.get().prompt == "{product} on white"


def test_the_tables_can_be_taken_away_again(at_the_latest):
    migrate(None)
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
    assert not [table for table in tables if table.startswith(f"{APP}_")]
