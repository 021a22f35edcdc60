"""What pruning leaves alone because something of the shop's may hold it, or cannot be asked."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.base.base import NO_DB_ALIAS

from django_product_isolation.choices import Status
from django_product_isolation.host import CannotAsk
from django_product_isolation.models import IsolationRun, RunEvent
from django_product_isolation.retention import prune
from django_product_isolation.signals import file_pruning
from tests.shops.catalogue.models import ProductImage
from tests.shops.warehouse.models import (
    Discarded,
    HistoricalTracked,
    LegacyPhoto,
    LegacyRow,
    Listing,
    LoosePhoto,
    OrderLine,
)

from .history import applied, begun, grow_old, show, upload

pytestmark = pytest.mark.django_db

ALL = {"results": 30, "originals": 30}


@pytest.fixture
def past(image, fake_storage):
    """An original and a result that nobody shows any more, and a rejected result."""
    run = applied(image)
    upload(image, b"newer")
    begun(image, Status.REJECTED)
    grow_old()
    return run


@pytest.fixture
def legacy_table(monkeypatch):
    """Let the model of the foreign table stand for another one."""
    scan = LegacyPhoto._meta.get_field("scan")

    def stand_for(name):
        monkeypatch.setattr(LegacyPhoto._meta, "db_table", name)
        vars(scan).pop("cached_col", None)

    yield stand_for
    vars(scan).pop("cached_col", None)


def rows() -> list[dict]:
    runs, events = IsolationRun.objects.order_by("pk"), RunEvent.objects.order_by("pk")
    return [*runs.values(), *events.values()]


HOLDERS = {
    "a foreign table": lambda name: LegacyRow.objects.create(file_name=name),
    "a hidden row": lambda name: Discarded.objects.create(sample=name),
    "a history": lambda name: HistoricalTracked.objects.create(id=1, title="x", cover=name),
    "an order": lambda name: OrderLine.objects.create(original=name),
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_what_a_row_of_the_shops_holds_stays(holder, past, fake_storage):
    HOLDERS[holder](past.source_name)
    HOLDERS[holder](past.result_name)
    assert prune(**ALL).results == 1
    assert {past.source_name, past.result_name} <= set(fake_storage.files)


def test_the_very_row_stays_whole_where_its_model_is_unmanaged(
    past, fake_storage, monkeypatch, image
):
    monkeypatch.setattr(ProductImage._meta, "managed", False)
    show(image, past.result_name)
    prune(**ALL)
    assert {past.source_name, past.result_name} <= set(fake_storage.files)


@pytest.mark.skipif(connection.vendor == "mysql", reason="a view ends a test's transaction there")
def test_a_database_view_is_asked(past, fake_storage, legacy_table):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE VIEW shown_in_the_feed AS"
            f" SELECT id, '{past.source_name}' AS file_name FROM catalogue_productimage"
        )
    legacy_table("shown_in_the_feed")
    assert prune(**ALL).originals == 0
    assert past.source_name in fake_storage.files


@pytest.mark.skipif(connection.vendor == "postgresql", reason="its columns are exact by default")
def test_a_name_that_the_database_takes_for_another_keeps_the_file(past, fake_storage):
    LoosePhoto.objects.bulk_create([LoosePhoto(picture=past.source_name.upper())])
    assert prune(**ALL).originals == 0
    assert past.source_name in fake_storage.files


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_table_that_is_not_there_stops_it_before_anything_goes(
    dry_run, past, fake_storage, legacy_table, image
):
    begun(image, Status.FAILED, result=False)  # a row that may go
    grow_old()
    legacy_table("no_such_table")
    files, before = dict(fake_storage.files), rows()
    with pytest.raises(CannotAsk, match=r'"no_such_table" of warehouse\.LegacyPhoto'):
        prune(**ALL, rows=30, dry_run=dry_run)
    assert (fake_storage.files, rows()) == (files, before)
    with pytest.raises(CommandError, match=r"Create the table.*start again"):
        call_command("prune_isolations", results=30)


def test_a_model_for_another_kind_of_database_stops_nothing(
    past, fake_storage, legacy_table, monkeypatch
):
    monkeypatch.setattr(LegacyPhoto._meta, "required_db_vendor", "oracle")
    legacy_table("no_such_table")
    assert prune(**ALL).originals == 1


def test_such_a_model_is_asked_all_the_same_where_its_table_is_there(
    past, fake_storage, monkeypatch
):
    monkeypatch.setattr(LegacyPhoto._meta, "required_db_vendor", "oracle")
    LegacyPhoto.objects.bulk_create([LegacyPhoto(scan=past.source_name)])
    assert prune(**ALL).originals == 0
    assert past.source_name in fake_storage.files


def test_a_column_that_cannot_be_looked_up_stops_it_too(past, fake_storage, monkeypatch):
    def refuse(*_args):
        raise TypeError("encrypted")

    OrderLine.objects.create()
    monkeypatch.setattr(OrderLine._meta.get_field("original"), "get_prep_value", refuse)
    files = dict(fake_storage.files)
    with pytest.raises(CannotAsk, match="TypeError"):
        prune(**ALL)
    assert fake_storage.files == files


def test_rows_alone_go_whatever_tables_are_missing(past, legacy_table):
    legacy_table("no_such_table")
    prune(rows=30)


@pytest.fixture
def archive(tmp_path):
    """Another database that no router knows; gives its connection."""
    options = {"ENGINE": "django.db.backends.sqlite3", "NAME": tmp_path / "archive.sqlite3"}
    connections.settings["archive"] = {**connections.settings["default"], **options, "OPTIONS": {}}
    connections["archive"].alias = NO_DB_ALIAS  # tests may use no database that they did not make
    yield connections["archive"]
    connections["archive"].close()
    del connections["archive"]
    del connections.settings["archive"]


def test_a_row_in_another_database_that_no_router_knows_keeps_the_file(past, fake_storage, archive):
    with archive.cursor() as cursor:
        cursor.execute("CREATE TABLE warehouse_orderline (id integer, original text)")
        cursor.execute("INSERT INTO warehouse_orderline VALUES (1, %s)", [past.source_name])
    assert prune(**ALL).originals == 0
    assert past.source_name in fake_storage.files


def test_another_database_without_such_tables_stops_nothing(past, fake_storage, archive):
    assert prune(**ALL).originals == 1


def test_another_database_that_is_away_stops_it(past, fake_storage, archive, tmp_path):
    archive.settings_dict["NAME"] = tmp_path / "no folder" / "archive.sqlite3"
    files = dict(fake_storage.files)
    with pytest.raises(CannotAsk, match='"archive"'):
        prune(**ALL)
    assert fake_storage.files == files


PLACEHOLDERS = ["placeholder.jpg", "drawn/empty.png", "sketch.png"]


@pytest.mark.parametrize("name", PLACEHOLDERS)
def test_a_placeholder_of_the_shops_stays(name, image, fake_storage):
    upload(image, b"a grey square", name=name)
    run = applied(image)
    assert run.source_name == name
    upload(image, b"newer")
    grow_old()
    prune(**ALL)
    assert fake_storage.files[name] == b"a grey square"


def test_a_default_that_fails_stops_nothing(past, fake_storage, monkeypatch):
    def fail():
        raise LookupError("no tenant here")

    monkeypatch.setattr(Listing._meta.get_field("photo"), "default", fail)
    assert prune(**ALL).originals == 1


@pytest.fixture
def listening():
    """Connect receivers for the time of a test."""
    connected = []

    def connect(receiver):
        file_pruning.connect(receiver)
        connected.append(receiver)

    yield connect
    for receiver in connected:
        file_pruning.disconnect(receiver)


@pytest.mark.parametrize("role", ["original", "result"])
def test_the_shop_can_say_that_a_file_stays(role, past, fake_storage, listening):
    asked = []

    def keep(sender, run, name, role, **kwargs):
        asked.append((sender, run.pk, name, role))
        return role == wanted

    wanted = role
    listening(keep)
    name = getattr(past, {"original": "source_name", "result": "result_name"}[role])
    would, did = [], []
    prune(**ALL, dry_run=True, tell=would.append)
    prune(**ALL, tell=did.append)
    assert would == did
    assert name in fake_storage.files
    assert len(did) == (2 if role == "original" else 1)
    assert (ProductImage, past.pk, name, role) in asked


def test_a_receiver_that_fails_keeps_the_file(past, fake_storage, listening, caplog):
    def fail(**kwargs):
        raise RuntimeError("the archive is down")

    listening(fail)
    files = dict(fake_storage.files)
    prune(**ALL)
    assert fake_storage.files == files
    assert "prune_unanswered" in caplog.text


def test_a_receiver_that_says_nothing_keeps_nothing(past, fake_storage, listening):
    listening(lambda **kwargs: None)
    prune(**ALL)
    assert len(fake_storage.files) == 1
