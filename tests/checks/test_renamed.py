"""``check --database default`` finds runs that cannot find their images by the name they know."""

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import DatabaseError

from django_product_isolation.checks import renamed
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch, IsolationRun
from tests.photos import make_image
from tests.renamed import make_old_run
from tests.shop import make_run

pytestmark = pytest.mark.django_db


def found():
    ids = {"product_isolation.E046": "E046", "product_isolation.W041": "W041"}
    messages = run_checks(databases=["default"])
    return [(ids[one.id], one) for one in messages if one.id in ids]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.READY, Status.HELD, Status.APPLIED])
def test_runs_of_a_renamed_field_are_an_error_with_the_way_out(status):
    make_old_run(status)
    [(code, error)] = found()
    assert code == "E046"
    assert "1 runs are about catalogue.oldimage.picture" in error.msg
    command = "move_isolations catalogue.oldimage.picture catalogue.productimage.original."
    assert command in error.hint
    _command, old, new = command.rstrip(".").split()
    call_command("move_isolations", old, new)
    assert found() == []


def test_what_finds_its_image_or_needs_none_is_no_finding():
    make_run(Status.READY)
    make_old_run(Status.REJECTED)
    IsolationRun.objects.filter(pk=make_old_run(Status.APPLIED).pk).update(source_name="")
    assert found() == []


def test_it_is_found_in_two_queries(django_assert_num_queries):
    make_run(Status.READY)
    with django_assert_num_queries(4):  # two of them are a savepoint's
        assert list(renamed.check_renamed()) == []


def test_batches_of_a_model_that_is_gone_are_found_though_their_column_is_there():
    """Such as of a proxy."""
    make_run(Status.READY)
    IsolationBatch.objects.update(model_label="catalogue.oldimage")
    assert [code for code, _ in found()] == ["E046"]


def test_runs_of_a_column_that_is_gone_are_found_though_their_batches_bear_a_name_that_is_there():
    """Such as of a proxy, which kept its name while its model was renamed."""
    make_old_run(Status.READY)
    IsolationBatch.objects.update(model_label="catalogue.productimage", field_name="original")
    assert [code for code, _ in found()] == ["E046"]


def test_a_result_whose_image_nobody_knows_is_a_warning():
    image = make_image()
    make_old_run(Status.APPLIED, image=image)
    image.delete()
    assert [code for code, _ in found()] == ["W041"]


def test_results_of_a_field_that_was_taken_out_of_images_are_a_warning(settings):
    """And no other field is named as what it may be called now."""
    image = make_image()
    make_run(Status.APPLIED, image=image)
    images = {"catalogue.Shot": {"field": "picture"}}
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "IMAGES": images}
    [(code, warning)] = found()
    assert code == "W041"
    assert "catalogue.productimage.original NEW." in warning.hint


def test_it_stands_in_the_way_of_no_migration(monkeypatch):
    monkeypatch.setattr(renamed, "is_migrated", lambda: False)
    make_old_run(Status.READY)
    assert [code for code, _ in found()] == ["W041"]


def test_all_migrations_of_this_shop_have_been_run():
    assert renamed.is_migrated()


def test_tables_that_are_not_there_yet_are_no_finding(monkeypatch):
    def missing():
        raise DatabaseError("no such table")

    monkeypatch.setattr(renamed, "lost_columns", missing)
    assert found() == []
