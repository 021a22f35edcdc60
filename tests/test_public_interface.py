"""What a shop may use keeps its names, arguments and fields; the tables of docs/ hold the rest.

A change here is one that shops notice: it belongs into CHANGELOG.md.
"""

import inspect
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest
from django.core.management import BaseCommand, get_commands, load_command_class

import django_product_isolation
from django_product_isolation import contrib, models, signals
from django_product_isolation.host import Picture, adapters
from django_product_isolation.host.access import shop_permissions
from django_product_isolation.host.access.policies import Policy
from tests.shops.catalogue.models import ProductImage

CALLS = {
    "isolate": [
        "images",
        "*field",
        "*prompt",
        "*prompts",
        "*aspect_ratio",
        "*resolution",
        "*review",
        "*tolerated_findings",
        "*places",
        "*user",
        "*token",
    ],
    "plan": ["images", "*field", "*forbidden", "*redo_of"],
    "restore": ["images", "*field", "*user"],
}
FIELDS = {
    "Plan": {"target", "accepted", "skipped", "unit_price", "total", "unread"},
    "Restoration": {"begun", "skipped", "at"},
    "Skipped": {"picture", "reason"},
}
PICTURE = {"pk", "name", "label", "product"}
BATCH = {"created_at", "created_by", "runs", "skipped", "unread", "aspect_ratio", "resolution"}
RUN = {"batch", "object_pk", "label", "status", "reason", "cost", "source_name", "result_name"}
ADAPTER = {
    "has_storage_of_row": None,
    "is_for": ["field"],
    "storage_of": ["self", "instance"],
    "storages": ["self"],
    "columns": ["self", "file", "size"],
    "columns_of_result": ["self"],
    "prepare": ["self", "instance"],
    "in_swap": ["self", "pk"],
    "clean": ["self", "instance", "old"],
}
POLICY = {"shows", "lets_in", "allows", "rows", "found", "has_all", "shows_all", "asks_each"}
OPTIONS = {
    "isolation_worker": {"--once", "--threads", "--pause"},
    "isolate_products": {
        "--field",
        "--filter",
        "--limit",
        "--budget",
        "--again",
        "--dry-run",
        "--aspect-ratio",
        "--resolution",
        "--prompt",
    },
    "isolation_status": {"--json", "--max-late"},
    "check_callback": set(),
    "judge_isolations": {"--limit", "--days"},
    "move_isolations": {"--key", "--dry-run"},
    "prune_isolations": {
        "--results",
        "--originals",
        "--rows",
        "--model",
        "--field",
        "--dry-run",
    },
    "runflow_sandbox": {
        "--allow-local-sources",
        "--balance",
        "--data",
        "--engine",
        "--public-url",
        "--signing-secret",
        "--sizes",
        "--speed",
    },
}
CONTRIB = {"filer", "imagekit", "oscar", "reversion", "simple_history", "tenants", "wagtail"}


def parameters(function):
    """The names of what a function takes, with a star where only the name will do."""
    found = inspect.signature(function).parameters.values()
    return ["*" * (one.kind is one.KEYWORD_ONLY) + one.name for one in found]


def attributes(cls):
    names = {field.name for field in fields(cls)} if is_dataclass(cls) else set()
    return names | {name for name in dir(cls) if not name.startswith("_")}


def test_nothing_is_offered_beside_what_the_reference_lists():
    assert {*CALLS, *FIELDS, "NothingToIsolate", "BudgetExceeded"} == {
        *django_product_isolation.__all__
    }


@pytest.mark.parametrize("name", CALLS)
def test_what_a_function_takes(name):
    assert parameters(getattr(django_product_isolation, name)) == CALLS[name]


@pytest.mark.parametrize("name", CALLS)
def test_a_function_says_what_it_takes_and_returns(name):
    hints = inspect.signature(getattr(django_product_isolation, name))
    told = [one.annotation for one in hints.parameters.values()] + [hints.return_annotation]
    assert inspect.Signature.empty not in told


@pytest.mark.parametrize("name", FIELDS)
def test_what_is_returned_has_its_fields(name):
    assert FIELDS[name] <= attributes(getattr(django_product_isolation, name))


@pytest.mark.parametrize(
    ("cls", "names"),
    [
        (Picture, PICTURE),
        (models.IsolationBatch, BATCH),
        (models.IsolationRun, RUN),
        (Policy, POLICY),
    ],
)
def test_what_receivers_and_callers_are_handed_has_its_fields(cls, names):
    assert names <= attributes(cls)


def test_a_place_of_the_shops_own_is_registered_by_its_class():
    assert parameters(shop_permissions.register) == ["kind"]


def test_an_adapter_of_the_shops_own_is_registered_by_its_class():
    assert parameters(adapters.register) == ["kind"]


@pytest.mark.parametrize("name", ADAPTER)
def test_what_an_adapter_of_the_shops_own_is_asked(name):
    method = getattr(adapters.FieldAdapter, name)
    assert ADAPTER[name] == (parameters(method) if callable(method) else None)


def test_an_adapter_of_the_shops_own_knows_its_field():
    field = ProductImage._meta.get_field("original")
    assert adapters.FieldAdapter(field).field is field


@pytest.mark.parametrize("name", ["NothingToIsolate", "BudgetExceeded"])
def test_what_is_raised_is_an_exception(name):
    assert issubclass(getattr(django_product_isolation, name), Exception)


def test_signals_keep_their_names():
    names = {
        "run_finished",
        "image_swapping",
        "image_applied",
        "image_restored",
        "file_pruning",
    }
    assert names <= set(vars(signals))


@pytest.mark.parametrize("name", OPTIONS)
def test_a_command_has_its_options(name):
    bare = set(BaseCommand().create_parser("", name)._option_string_actions)
    parser = load_command_class("django_product_isolation", name).create_parser("", name)
    assert OPTIONS[name] == set(parser._option_string_actions) - bare


def test_no_command_is_left_out_here():
    ours = {name for name, app in get_commands().items() if app == "django_product_isolation"}
    assert set(OPTIONS) == ours


def test_the_optional_apps_keep_their_names():
    folder = Path(contrib.__file__).parent
    assert {path.name for path in folder.iterdir() if (path / "apps.py").exists()} == CONTRIB


def test_checkers_of_types_read_the_packages_own():
    assert (Path(django_product_isolation.__file__).parent / "py.typed").exists()
