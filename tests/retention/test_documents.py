"""Pruning leaves a file alone that stands within a text or JSON of the shop's."""

import json
import re
from html import escape
from urllib.parse import quote

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core import serializers
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils.html import escapejs

from django_product_isolation.host import CannotAsk
from django_product_isolation.host.documents import document_columns, mentioned_in_documents
from django_product_isolation.host.shop_tables import FilledTables
from django_product_isolation.retention import prune
from tests.shops.catalogue.models import Swatch
from tests.shops.warehouse.models import Banner, KeptState, PrintedCatalogue

from .history import applied, begun, grow_old, show, upload

pytestmark = pytest.mark.django_db

ALL = {"results": 30, "originals": 30}
NAMES = ["mug.jpg", "100%_mug (1) & co.jpg", "tasse-é.jpg", "杯子.jpg", 'it\'s "a" mug.jpg']


def as_a_version(name):
    """As django-reversion keeps a row."""
    return KeptState(serialized=serializers.serialize("json", [Swatch(name="x", picture=name)]))


def in_numbers(name, number):
    """Where letters are replaced, all but plain ones."""
    return re.sub(r"[^A-Za-z0-9_.-]", lambda found: number.format(ord(found[0])), name)


HOLDERS = {
    "a version": as_a_version,
    "a revision": lambda name: KeptState(content={"image": {"file": name, "width": 3}}),
    "a stream in a revision": lambda name: KeptState(
        content={"body": json.dumps([{"type": "image", "value": {"file": name}}])}
    ),
    "a change in a log": lambda name: KeptState(content={"file": [name, "products/newer.jpg"]}),
    "a plain text of JSON": lambda name: KeptState(content=name),
    "a description": lambda name: KeptState(serialized=f'<img src="/media/{quote(name)}">'),
    "HTML": lambda name: KeptState(serialized=f'<a href="/media/{escape(name)}">large</a>'),
    "a field of FileBrowse's": lambda name: Banner(browsed=name),
    "an order line": lambda name: Banner(photo_path=name),
    "a short text with an address": lambda name: Banner(photo_path=f"/media/{quote(name)}?w=3"),
    "a field of the shop's own": lambda name: Banner(own=name),
    "a text of PHP's JSON": lambda name: KeptState(
        serialized=json.dumps({"img": name}).replace("/", "\\/")
    ),
    "JSON within that": lambda name: KeptState(
        serialized=json.dumps(json.dumps({"img": name}).replace("/", "\\/"))
    ),
    "HTML in numbers": lambda name: KeptState(serialized=in_numbers(name, "&#{};")),
    "HTML in hexadecimal numbers": lambda name: KeptState(
        serialized=escape(name).replace("/", "&#x2F;")
    ),
    "a script": lambda name: KeptState(
        serialized=f"show('{escapejs(name)}')".replace("/", "\\u002f")
    ),
    "an address in small letters": lambda name: KeptState(
        serialized=f"?next={quote(name, safe='').lower()}"
    ),
    "an address within an address": lambda name: KeptState(
        serialized=f"?next={quote(quote(name, safe=''), safe='')}"
    ),
    "a path of Windows": lambda name: KeptState(content=[name.replace("/", "\\")]),
    "an address": lambda name: KeptState(content=[f"https://cdn.test/{quote(name, safe='')}?w=3"]),
}


def replaced(image, name):
    """An original that was isolated long ago, and that its image does not show any more."""
    name = upload(image, b"busy", name=name)
    run = applied(image)
    upload(image, b"newer")
    grow_old()
    return run


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("holder", HOLDERS)
def test_a_file_stays_that_a_document_names(holder, name, image, fake_storage):
    run = replaced(image, f"products/{name}")
    HOLDERS[holder](run.source_name).save()
    assert prune(**ALL, dry_run=True).originals == 0
    assert prune(**ALL).originals == 0
    assert run.source_name in fake_storage.files


def test_a_result_that_a_document_names_keeps_its_original_too(image, fake_storage):
    run = replaced(image, "products/mug.jpg")
    KeptState.objects.create(content={"file": run.result_name})
    prune(**ALL)
    assert {run.source_name, run.result_name} <= set(fake_storage.files)


def test_an_oddly_written_name_is_looked_for_by_its_last_part(image, fake_storage):
    run = replaced(image, "./products//mug.jpg")
    Banner.objects.create(photo_path="products/mug.jpg")
    assert prune(**ALL).originals == 0
    assert run.source_name in fake_storage.files


def test_documents_that_name_other_files_keep_nothing(image, fake_storage):
    run = replaced(image, "products/mug.jpg")
    for other in ("products/mug.jp", "products/cup.jpg", "mug.jpg", "products/a/mug.jpg"):
        KeptState.objects.create(content={"file": other}, serialized=other)
    assert prune(**ALL).originals == 1
    assert run.source_name not in fake_storage.files


def test_what_django_notes_of_the_admin_keeps_nothing(image, fake_storage):
    run = replaced(image, "products/mug.jpg")
    LogEntry.objects.create(
        user=User.objects.create(username="bea"),
        content_type=ContentType.objects.get_for_model(Swatch),
        object_repr=run.source_name,
        change_message=json.dumps([{"added": {"object": run.source_name}}]),
        action_flag=CHANGE,
    )
    assert prune(**ALL).originals == 1


def test_a_name_without_any_dot_is_found_too(image, fake_storage):
    run = replaced(image, "products/mug")
    Banner.objects.create(photo_path=run.source_name)
    assert prune(**ALL).originals == 0


def test_columns_that_hold_no_file_names_are_not_read():
    asked = {(column.model, column.name) for column in document_columns()}
    assert (Banner, "browsed") in asked
    assert (User, "email") not in asked
    assert (PrintedCatalogue, "address") not in asked  # asked as a place


def test_a_column_is_read_once_for_a_hundred_names_and_no_document_leaves_the_database(
    django_assert_max_num_queries,
):
    KeptState.objects.create(content=["x" * 100_000, "products/77.jpg"])
    names = {f"products/{number}.jpg" for number in range(250)}
    with django_assert_max_num_queries(1000) as queries:
        assert mentioned_in_documents(names, FilledTables()) == {"products/77.jpg"}
    about = [one["sql"] for one in queries if "warehouse_keptstate" in one["sql"]]
    asked = [sql for sql in about if not sql.startswith("SELECT 1")]
    assert len(about) == len(asked) + 1  # whether there are any rows
    assert sum("serialized" in sql for sql in asked) == 3
    assert sum("content" in sql for sql in asked) == 3
    assert all(sql.startswith("SELECT COUNT(") for sql in asked)


def test_a_document_that_cannot_be_asked_stops_pruning(image, fake_storage, monkeypatch):
    run = replaced(image, "products/mug.jpg")
    KeptState.objects.create(content=[])
    column = KeptState._meta.get_field("content")
    monkeypatch.setattr(column, "column", "no_such_column")
    vars(column).pop("cached_col", None)
    with pytest.raises(CannotAsk, match="KeptState"):
        prune(**ALL)
    vars(column).pop("cached_col", None)
    assert run.source_name in fake_storage.files


def test_a_table_without_rows_is_asked_for_no_name(image, fake_storage):
    replaced(image, "products/mug.jpg")
    with CaptureQueriesContext(connection) as queries:
        assert prune(**ALL).originals == 1
    asked = [one["sql"] for one in queries if "warehouse_keptstate" in one["sql"]]
    assert asked
    assert all(sql.startswith("SELECT 1") for sql in asked)


def test_texts_of_an_unmanaged_model_without_a_table_stop_nothing(image, fake_storage, monkeypatch):
    run = replaced(image, "products/mug.jpg")
    monkeypatch.setattr(Banner._meta, "managed", False)
    monkeypatch.setattr(Banner._meta, "db_table", "no_such_view")
    for column in Banner._meta.concrete_fields:
        vars(column).pop("cached_col", None)
    assert prune(**ALL).originals == 1
    for column in Banner._meta.concrete_fields:
        vars(column).pop("cached_col", None)
    assert run.source_name not in fake_storage.files


def test_a_field_of_a_librarys_own_class_is_asked_by_the_kind_that_it_says_it_is(monkeypatch):
    class StreamField(models.Field):
        def get_internal_type(self):
            return "JSONField"

    assert "JSONField" in connection.data_types
    KeptState.objects.create(content={"body": "products/mug.jpg"})
    monkeypatch.setattr(KeptState._meta.get_field("content"), "__class__", StreamField)
    names = {"products/mug.jpg", "products/cup.jpg"}
    assert mentioned_in_documents(names, FilledTables()) == {"products/mug.jpg"}


def test_a_file_that_a_row_shows_is_not_looked_for_in_documents(image, fake_storage, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "django_product_isolation.host.file_references.mentioned_in_documents",
        lambda names, _tables: asked.extend(names) or set(),
    )
    run = applied(image)
    show(image, run.result_name)
    begun(image, "rejected")
    grow_old()
    prune(results=30)
    assert run.result_name not in asked
