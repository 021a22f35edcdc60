"""The tables of the documentation say what the package has, all of it and nothing else."""

import ast
import re
from dataclasses import MISSING, fields
from importlib import import_module
from typing import get_type_hints

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.management import get_commands, load_command_class
from django.dispatch import Signal
from django.template.loader import get_template
from django.urls import get_resolver

import django_product_isolation
from django_product_isolation import signals
from django_product_isolation.choices import AspectRatio, Resolution, Source, Workers
from django_product_isolation.conf import IsolationSettings
from django_product_isolation.host import FieldAdapter
from tests.docs.pages import BLOCKS, ROOT, named, table
from tests.test_layers import ROOMS

PACKAGE = ROOT / "django_product_isolation"
SOURCES = {path: path.read_text() for path in PACKAGE.rglob("*.py") if "sandbox" not in path.parts}
# How a type of the settings is called for people.
TYPES = {
    bool | str: "bool | str",
    str: "str",
    bool: "bool",
    int: "int",
    str | None: "str | None",
}
# Heard by our own workers, not by shops.
INTERNAL_SIGNALS = {"work_due"}


def test_settings():
    """Name, type and default of each setting, in the order of the class that reads them."""
    hints = get_type_hints(IsolationSettings)
    expected = [
        (field.name, TYPES.get(hints[field.name]) or container(field.name), default_of(field))
        for field in fields(IsolationSettings)
    ]
    rows = [[cell.strip("`") for cell in row] for row in table("settings.md", "settings")]
    assert [(row[0], row[2], ast.literal_eval(row[4])) for row in rows] == expected


def container(name):
    return "dict" if name == "IMAGES" else "list[str]"


def default_of(field):
    return field.default if field.default is not MISSING else field.default_factory()


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("ASPECT_RATIO", AspectRatio),
        ("RESOLUTION", Resolution),
        ("SOURCE", Source),
        ("WORKERS", Workers),
    ],
)
def test_choices_of_settings(name, choices):
    [row] = [row for row in table("settings.md", "settings") if row[0] == f"`{name}`"]
    assert re.findall(r"`([^`]+)`", row[3]) == choices.values


@pytest.mark.django_db
def test_permissions():
    ours = Permission.objects.filter(content_type__app_label="product_isolation")
    known = {
        f"product_isolation.{codename}" for codename in ours.values_list("codename", flat=True)
    }
    told = set(named("access.md", "permissions"))
    assert told <= known
    own = {
        f"product_isolation.{codename}"
        for model in apps.get_app_config("product_isolation").get_models()
        for codename, _name in model._meta.permissions
    }
    assert own <= told


def test_methods_of_an_adapter():
    told = {
        name
        for row in table("neighbours/fields.md", "adapter")
        for name in re.findall(r"`(\w+)\(", row[0])
    }
    own = {name for name in vars(FieldAdapter) if not name.startswith("_")}
    assert told == own - {"has_storage_of_row"}


def test_signals():
    known = {name for name, value in vars(signals).items() if isinstance(value, Signal)}
    assert set(named("from-code.md", "signals")) == known - INTERNAL_SIGNALS


def test_python_names():
    assert sorted(named("reference.md", "python")) == sorted(django_product_isolation.__all__)


def test_commands():
    ours = {name for name, app in get_commands().items() if app == "django_product_isolation"}
    rows = [row[0].strip("`").split() for row in table("reference.md", "commands")]
    assert {row[0] for row in rows} == ours
    for name, *usage in rows:
        parser = load_command_class("django_product_isolation", name).create_parser("", name)
        told = re.findall(r"--[a-z-]+", " ".join(usage))
        assert set(told) <= set(parser._option_string_actions), name


def test_addresses():
    _prefix, resolver = get_resolver().namespace_dict["product_isolation"]
    known = {pattern.name for pattern in resolver.url_patterns if pattern.name}
    assert set(named("reference.md", "addresses")) == known


def test_blocks():
    for row in table("reference.md", "blocks"):
        [template, *blocks] = re.findall(r"`([^`]+)`", f"{row[0]} {row[1]}")
        source = get_template(template).template.source
        if "report.html" in source:
            source += get_template("admin/product_isolation/report.html").template.source
        for block in blocks:
            assert f"{{% block {block} %}}" in source, (template, block)


def test_classes():
    styles = "".join(path.read_text() for path in (PACKAGE / "static").rglob("*.css"))
    for name in named("reference.md", "classes"):
        assert re.search(rf"\.{name}\b(?!-)", styles), name


def test_check_ids():
    known = set(re.findall(r"product_isolation\.[EW]\d{3}", "".join(SOURCES.values())))
    rows = named("reference.md", "checks")
    assert rows == sorted(rows)
    assert set(rows) == known


def log_calls():
    """The word and the level of each line that the package logs at WARNING and above."""
    for text in SOURCES.values():
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and getattr(node.func.value, "id", "") == "logger"
                and node.func.attr in ("warning", "error", "exception")
                and isinstance(node.args[0], ast.Constant)
            ):
                yield node.args[0].value.split()[0], node.func.attr


def outages():
    """Two lines each: when something goes, and when it is back."""
    for text in SOURCES.values():
        for name in re.findall(r'OutageLog\("([a-z_]+)"\)', text):
            yield name, "error"
            yield f"{name}_over", "warning"


def test_log_words():
    levels = {"warning": "WARNING", "error": "ERROR", "exception": "ERROR"}
    found = [*log_calls(), *outages()]
    known = {(word, levels[level]) for word, level in found if "%" not in word}
    told = [(row[0].strip("`"), row[1]) for row in table("operating.md", "log")]
    assert set(told) == known
    assert len(told) == len(set(told))


def test_rooms():
    """In the order in which they may know each other."""
    cells = " ".join(row[0] for row in table("how-it-works/index.md", "rooms"))
    told = [name.strip("/").replace("/", ".") for name in re.findall(r"`([^`]+)`", cells)]
    assert told == [*ROOMS, "sandbox"]


def modules():
    rows = table("reference.md", "modules")
    return {module.strip("`"): re.findall(r"`(\w+)`", names) for module, names, _use in rows}


@pytest.mark.parametrize(("module", "names"), modules().items())
def test_modules_that_a_shop_may_import_from(module, names):
    found = import_module(module)
    assert [name for name in names if not hasattr(found, name)] == []


def test_the_documentation_imports_only_what_it_promises():
    promised = {(module, name) for module, names in modules().items() for name in names}
    promised |= {("django_product_isolation", name) for name in django_product_isolation.__all__}
    imports = r"^from (django_product_isolation[\w.]*) import (.+)$"
    used = {
        (module, name.strip())
        for block in BLOCKS
        for module, names in re.findall(imports, block.code, re.MULTILINE)
        for name in names.split(",")
    }
    assert used - promised == set()
