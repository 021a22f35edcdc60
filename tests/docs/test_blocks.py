"""Every code block of the README and the documentation: settings are loaded, URLs resolved,
commands parsed, templates compiled. Other Python is run by name (see test_examples).
"""

import ast
import configparser
import json
import os
import re
import shlex
import sys
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace

import pytest
from django.apps import AppConfig, apps
from django.contrib import admin
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError
from django.http import HttpResponse
from django.template import TemplateSyntaxError, engines
from django.test import override_settings
from django.urls import path, re_path, reverse
from django.utils.module_loading import import_string

from django_product_isolation.conf import get_settings
from tests.docs.pages import BLOCKS, PAGES, ROOT, Block
from tests.docs.shell import check_command, check_lines
from tests.docs.test_examples import EXAMPLES

pytestmark = pytest.mark.django_db

SECRETS = {"RUNFLOW_API_KEY": "rf_live_1", "RUNFLOW_SIGNING_SECRET": "whsec_0123456789abcdefghij"}
ENTRY = {"field", "product", "category"}
CELERY_S_OWN = {
    "CELERY_WORKER_PREFETCH_MULTIPLIER",
    "CELERY_BROKER_CONNECTION_MAX_RETRIES",
    "CELERY_BROKER_TRANSPORT_OPTIONS",
}
EVERY_MINUTE = "* * * * * "


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_the_block_holds(block, monkeypatch):
    check(block, monkeypatch)


def check(block, monkeypatch):
    assert block.language in CHECKS, f"{block} is of a kind that no test looks at"
    CHECKS[block.language](block, monkeypatch)


def check_python(block, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    if block.first_line == "# settings.py: IMAGES":
        check_images(block)
    elif block.first_line.startswith("# settings.py"):
        check_settings(block)
    elif block.first_line.startswith("# urls.py"):
        check_urls(block, monkeypatch)
    else:
        assert block.example in EXAMPLES, f"{block} is run by no test"


def run(block, **given):
    exec(compile(block.code, str(block), "exec"), given)
    return given


def check_images(block):
    images = ast.literal_eval(block.code.partition("\n")[2])
    with override_settings(PRODUCT_ISOLATION={"API_KEY": "rf_live_1", "IMAGES": images}):
        named = get_settings().IMAGES
    for label, entries in named.items():
        assert label.count(".") == 1
        for entry in [entries] if isinstance(entries, dict) else entries:
            assert {"field"} <= set(entry) <= ENTRY


def check_settings(block):
    """Each setting is taken by what reads it."""
    given = run(block, os=os, INSTALLED_APPS=[], TENANT_APPS=[])
    for name in filter(str.isupper, given):
        if name not in CELERY_S_OWN:
            READERS[name](given[name])


def read_apps(names):
    for name in names:
        if name.startswith("django_product_isolation"):
            AppConfig.create(name)
        else:  # theirs ask for settings that the tests' shop has not
            assert find_spec(name.partition(".")[0]), name


def read_ours(options):
    with override_settings(PRODUCT_ISOLATION=options):
        assert get_settings().IMAGES
        assert findings(include_deployment_checks=True) == []


def read_storages(aliases):
    for storage in aliases.values():
        import_string(storage["BACKEND"])(**storage.get("OPTIONS", {}))


def read_databases(aliases):
    for database in aliases.values():
        assert find_spec(database["ENGINE"])


def read_schedule(entries):
    for entry in entries.values():
        assert import_string(entry["task"]).name == entry["task"]


READERS = {
    "CACHALOT_UNCACHABLE_APPS": lambda names: [apps.get_app_config(name) for name in names],
    "CELERY_BEAT_SCHEDULE": read_schedule,
    "INSTALLED_APPS": read_apps,
    "PRODUCT_ISOLATION": read_ours,
    "STORAGES": read_storages,
    "TENANT_APPS": read_apps,
    "DATABASES": read_databases,
}


def findings(**options):
    found = run_checks(**options)
    return [str(message) for message in found if message.id.startswith("product_isolation.")]


def catch(request, path=""):
    return HttpResponse("A page of the shop's")


def check_urls(block, monkeypatch):
    """The addresses are there, and `check` finds nothing that stands before them."""
    be_beside_neighbours(monkeypatch)
    urlconf = ModuleType("documented_urls")
    shop = [path("admin/", admin.site.urls), re_path(r"^.*$", catch)]
    vars(urlconf).update(run(block, urlpatterns=shop))
    monkeypatch.setitem(sys.modules, "documented_urls", urlconf)
    with override_settings(ROOT_URLCONF="documented_urls"):
        assert findings() == []
        assert "product-isolation/" in reverse("product_isolation:health")


def be_beside_neighbours(monkeypatch):
    """Wagtail's and Oscar's lines, which take every address, without their apps."""
    everything = [re_path(r"^((?:[\w\-]+/)*)$", catch)]
    modules = {
        name: ModuleType(name)
        for name in ("wagtail", "wagtail.urls", "wagtail.admin", "wagtail.admin.urls")
    }
    modules["wagtail.urls"].urlpatterns = everything
    modules["wagtail.admin.urls"].urlpatterns = []
    modules["wagtail"].urls = modules["wagtail.urls"]
    modules["wagtail.admin"].urls = modules["wagtail.admin.urls"]
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)
    ask, oscar = apps.get_app_config, SimpleNamespace(urls=(everything, "oscar", "oscar"))
    monkeypatch.setattr(apps, "get_app_config", lambda n: oscar if n == "oscar" else ask(n))


def check_template(block, monkeypatch):
    engines["django"].from_string(block.code)
    assert block.example in EXAMPLES, f"{block} is drawn by no test"


def check_json(block, monkeypatch):
    json.loads(block.code)


def check_systemd_unit(block, monkeypatch):
    unit = configparser.ConfigParser()
    unit.read_string(block.code)
    check_command(shlex.split(unit["Service"]["ExecStart"]))


def check_shell(block, monkeypatch):
    check_lines(block.code)


def check_crontab(block, monkeypatch):
    for line in block.code.splitlines():
        assert line.startswith(EVERY_MINUTE), f"{block} is of a kind that no test looks at"
        check_lines(line.removeprefix(EVERY_MINUTE))


CHECKS = {
    "django": check_template,
    "ini": check_systemd_unit,
    "json": check_json,
    "python": check_python,
    "sh": check_shell,
    "text": check_crontab,
}


@pytest.mark.parametrize(
    ("language", "code", "error"),
    [
        ("sh", "python manage.py isolation_worker --twice", CommandError),
        ("sh", "python manage.py isolate_everything", AssertionError),
        ("sh", "python -m tests.no_such_thing", AssertionError),
        ("sh", 'pip install "django-product-isolation[magic]"', AssertionError),
        ("sh", "celery -A shop worker --concurrence 4", AssertionError),
        ("sh", "rm -r shop", AssertionError),
        ("python", '# settings.py\nPRODUCT_ISOLATION = {"API_KY": ""}', ImproperlyConfigured),
        ("python", '# settings.py\nINSTALLED_APPS += ["no_such_app"]', AssertionError),
        ("python", '# settings.py: IMAGES\n{"shop.Photo": {"feild": "file"}}', AssertionError),
        ("python", "# urls.py\nurlpatterns = [*urlpatterns]", AssertionError),
        ("python", "print('no test runs this')", AssertionError),
        ("django", "{% block page %}", TemplateSyntaxError),
        ("json", "{'a': 1}", ValueError),
        ("text", "anything", AssertionError),
        ("rust", "fn main() {}", AssertionError),
    ],
)
def test_a_wrong_block_is_found(language, code, error, monkeypatch):
    with pytest.raises(error):
        check(Block("page.md", 1, language, "", code), monkeypatch)


def named_in_text(pattern):
    found = {}
    for page in PAGES:
        found.update(dict.fromkeys(re.findall(pattern, page.read_text()), page.name))
    return found


def test_modules_and_files_that_the_text_names_are_there():
    modules = named_in_text(r"`python -m (tests[\w.]+)")
    files = named_in_text(r"`((?:tests|docs|example_project)/[\w./-]*)`")
    assert modules
    assert len(files) > 8
    assert {name: page for name, page in modules.items() if not find_spec(name)} == {}
    assert {name: page for name, page in files.items() if not (ROOT / name).exists()} == {}


def test_the_readme_keeps_the_two_commands_that_are_taken_from_it():
    labels = {block.label: block for block in BLOCKS if block.page == "README.md"}
    assert "manage.py demo" in labels["demo"].code
    assert "-m pytest" in labels["tests"].code
