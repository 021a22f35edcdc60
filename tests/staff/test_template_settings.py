"""Shops whose TEMPLATES are set up otherwise: every page of ours, and theirs with what we add."""

import copy
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.backends.base import BaseEngine
from django.urls import reverse

import django_product_isolation
from django_product_isolation.choices import Status
from django_product_isolation.models import Preset, Selection
from tests.shop import make_run
from tests.staff.test_permissions import ROWS, Scene
from tests.verdicts import make_judged, measures

PACKAGE = Path(django_product_isolation.__file__).parent


@pytest.fixture
def addresses(db):
    """Those of all pages, by their names."""
    run = make_run(Status.APPLIED)
    make_judged(name="Clean")
    make_judged(name="Doubtful", measured=measures(label=0.2))
    image = run.target.instance(run.object_pk)
    selection = Selection.objects.create(
        model_label="catalogue.productimage",
        site_name="admin",
        object_pks=[str(image.pk)],
        chosen=1,
    )
    scene = Scene(run, image, selection, Preset.objects.create(name="Plain"))
    pages = [(name, row.args(scene)) for name, row in ROWS.items()]
    pages += [("admin:catalogue_productimage_changelist", [])]
    pages += [("admin:catalogue_productimage_change", [image.pk])]
    pages += [("admin:catalogue_product_change", [image.product_id])]
    return {name: reverse(name, args=args) for name, args in pages}


def test_none_shows_the_text_that_stands_for_a_missing_value(addresses, admin_client, settings):
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0].setdefault("OPTIONS", {})["string_if_invalid"] = "MISSING(%s)"
    for name, address in addresses.items():
        response = admin_client.get(address)
        assert response.status_code in (200, 302, 403, 404, 405), name
        if response.get("Content-Type", "").startswith("text/html"):
            assert "MISSING(" not in response.content.decode(), name


class OfAnotherLanguage(BaseEngine):
    """Takes every template of an app for its own, but for the admin's, as django-jinja may."""

    app_dirname = "templates"

    def __init__(self, params):
        super().__init__({name: value for name, value in params.items() if name != "OPTIONS"})

    def get_template(self, name):
        is_there = any((Path(folder) / name).exists() for folder in self.template_dirs)
        if name.startswith("admin/") or not is_there:
            raise TemplateDoesNotExist(name, backend=self)
        raise TemplateSyntaxError(f"{name} says load, which is no tag")


def test_another_language_has_all_templates_but_the_admins(addresses, admin_client, settings):
    first = {"BACKEND": f"{__name__}.{OfAnotherLanguage.__name__}", "APP_DIRS": True}
    settings.TEMPLATES = [first, *settings.TEMPLATES]
    for name, address in addresses.items():
        assert admin_client.get(address).status_code in (200, 302, 403, 404, 405), name


def test_templates_have_no_name_that_the_admin_looks_for_by_itself():
    found = {
        re.sub(r".*/templates/", "", path.as_posix())
        for path in PACKAGE.rglob("templates/**/*.html")
        if "sandbox" not in path.parts  # which is no app
    }
    ours = {name for name in found if name.startswith("admin/product_isolation/")}
    assert found - ours == {
        "oscar/dashboard/catalogue/product_update.html",
        "wagtailimages/images/edit.html",
        "wagtailimages/images/index.html",
    }
    admins = Path(apps.get_app_config("admin").path) / "templates/admin"
    taken = {path.name for path in admins.rglob("*.html")}
    models = {
        model._meta.model_name for model in apps.get_app_config("product_isolation").get_models()
    }
    assert {name for name in ours if Path(name).name in taken} == {
        "admin/product_isolation/app_index.html",
        "admin/product_isolation/change_list.html",
    }
    assert not {name for name in ours if Path(name).parent.name in models}
