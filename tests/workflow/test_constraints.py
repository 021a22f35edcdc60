"""What the shop's database has against a result or an original is said, and nothing is lost."""

import pytest
from django.core.files.storage import default_storage
from django.db import connection, models

from django_product_isolation import isolate, restore
from django_product_isolation.choices import Status
from django_product_isolation.reasons import Reason
from django_product_isolation.workflow import resume
from tests.photos import photo_file
from tests.shops.fussy.models import (
    JpegOnly,
    MeasuredInMemory,
    NoneOfOurs,
    OneOfEach,
    Picky,
    Tiny,
)

pytestmark = pytest.mark.django_db

TRIGGERS = {
    "sqlite": [
        "CREATE TRIGGER photographs BEFORE UPDATE ON fussy_picky WHEN {} BEGIN"
        " SELECT RAISE(ABORT, 'photographs only'); END"
    ],
    "postgresql": [
        "CREATE FUNCTION refuse() RETURNS trigger AS"
        " $$ BEGIN RAISE EXCEPTION 'photographs only'; END $$ LANGUAGE plpgsql",
        "CREATE TRIGGER photographs BEFORE UPDATE ON fussy_picky FOR EACH ROW WHEN ({})"
        " EXECUTE FUNCTION refuse()",
    ],
}


@pytest.fixture
def begun(settings, runflow):
    """A run of the only picture in the only row of a model."""

    def begin(model, field="picture"):
        images = {f"fussy.{model.__name__}": {"field": field}}
        settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
        name = default_storage.save("ruled/photo.jpg", photo_file(size=(300, 200)))
        return isolate(model.objects.create(**{field: name})).runs.get()

    return begin


@pytest.fixture
def triggered():
    """Have the database refuse rows of a table, and say no more than that."""
    if connection.vendor not in TRIGGERS:
        pytest.skip("A trigger cannot be taken back here.")

    def refuse(condition):
        with connection.cursor() as cursor:
            for statement in TRIGGERS[connection.vendor]:
                cursor.execute(statement.format(condition))

    return refuse


def name_in(model, field="picture"):
    return model.objects.values_list(field, flat=True).get()


def test_a_result_takes_the_form_that_a_constraint_asks_for(begun, go_on):
    run = go_on(begun(JpegOnly))
    assert run.status == Status.APPLIED
    assert name_in(JpegOnly) == run.result_name
    assert run.result_name.endswith(".jpg")


def test_nothing_is_paid_where_a_constraint_takes_no_result_of_ours(begun, go_on, runflow):
    run = go_on(begun(NoneOfOurs))
    assert (run.status, run.reason) == (Status.FAILED, Reason.RESULT_REFUSED)
    assert run.events.last().detail == "Photographs only."
    assert runflow.runs_of(run) == []


def test_what_a_constraint_has_against_a_result_waits_in_its_own_words(begun, go_on):
    run = go_on(begun(Tiny))
    assert (run.status, run.reason) == (Status.HELD, Reason.RESULT_REFUSED)
    assert "tiny_only" in run.events.last().detail
    assert name_in(Tiny) == run.source_name


def test_a_constraint_that_came_after_the_result_holds_the_run_in_its_words(
    begun, go_on, step, monkeypatch
):
    run = begun(NoneOfOurs)
    [constraint] = NoneOfOurs._meta.constraints
    with monkeypatch.context() as before:
        before.setattr(NoneOfOurs._meta, "constraints", [])
        run = go_on(run, Status.READY)
    run = step(run)
    assert (run.status, run.reason) == (Status.HELD, Reason.RESULT_REFUSED)
    assert run.events.last().detail == constraint.violation_error_message
    assert name_in(NoneOfOurs) == run.source_name
    assert default_storage.exists(run.result_name)


def test_what_only_the_database_refuses_holds_the_run_until_it_takes_it(begun, go_on, triggered):
    triggered("NEW.large LIKE '%isolated%'")
    run = go_on(begun(Picky, "large"))
    assert (run.status, run.reason) == (Status.HELD, Reason.RESULT_REFUSED)
    assert name_in(Picky, "large") == run.source_name
    with connection.cursor() as cursor:
        on_table = " ON fussy_picky" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER photographs{on_table}")
    assert resume(run)
    assert go_on(run).status == Status.APPLIED


def test_an_original_that_the_database_refuses_stays_in_the_storage_and_it_is_said(begun, go_on):
    run = go_on(begun(OneOfEach))
    row = OneOfEach.objects.get()
    other = OneOfEach.objects.create(picture=run.source_name)  # a colleague picks the old file
    [asked] = restore(row).begun
    run = go_on(asked)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.ORIGINAL_REFUSED)
    row.refresh_from_db()
    assert row.picture.name == run.result_name
    other.delete()
    [asked] = restore(row).begun
    assert go_on(asked).status == Status.RESTORED


def test_an_upload_that_the_database_refuses_to_show_again_is_noted(begun, go_on, step, triggered):
    run = go_on(begun(Picky, "large"), Status.APPLIED)
    default_storage.delete(run.source_name)
    default_storage.save(run.source_name, photo_file(size=(500, 500)))
    triggered("NEW.large NOT LIKE '%isolated%'")
    run = step(run)
    assert (run.status, run.due_at) == (Status.APPLIED, None)
    assert run.events.last().reason == Reason.ORIGINAL_REFUSED
    assert name_in(Picky, "large") == run.result_name


def test_dimensions_that_are_no_columns_stand_in_nobodys_way(begun, go_on):
    run = go_on(begun(MeasuredInMemory))
    assert (run.status, name_in(MeasuredInMemory)) == (Status.APPLIED, run.result_name)


def test_what_the_database_would_refuse_at_the_end_of_a_transaction_is_said_too(begun, go_on):
    if connection.vendor != "postgresql":
        pytest.skip("Other databases look at once.")
    unique = "ALTER TABLE fussy_picky ADD CONSTRAINT one_each UNIQUE (large)"
    with connection.cursor() as cursor:
        cursor.execute(f"{unique} DEFERRABLE INITIALLY DEFERRED")
    run = go_on(begun(Picky, "large"))
    Picky.objects.create(large=run.source_name)
    [asked] = restore(Picky.objects.filter(large=run.result_name)).begun
    run = go_on(asked)
    assert (run.status, run.reason) == (Status.APPLIED, Reason.ORIGINAL_REFUSED)


def test_a_constraint_on_the_folder_is_asked_about_the_folder_of_the_original(
    begun, go_on, monkeypatch
):
    """Whose name is known of rows, too, that are read without the image."""
    here = models.CheckConstraint(condition=models.Q(picture__startswith="ruled/"), name="here")
    monkeypatch.setattr(Tiny._meta, "constraints", [here])
    monkeypatch.setattr(Tiny._meta.get_field("picture"), "upload_to", lambda _row, name: name)
    run = begun(Tiny)
    run = go_on(run, Status.READY, Status.FAILED, Status.HELD)
    assert (run.status, run.result_name.startswith("ruled/")) == (Status.READY, True)
