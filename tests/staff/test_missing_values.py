"""A shop whose templates write a text where a value is missing, to find slips in its own."""

import copy

import pytest
from django.urls import reverse

from django_product_isolation.choices import Status
from django_product_isolation.models import Preset, Selection
from tests.shop import make_run
from tests.staff.test_permissions import ROWS, Scene
from tests.verdicts import make_judged, measures

pytestmark = pytest.mark.django_db


def test_no_page_fails_and_none_shows_that_text(client, admin_user, settings):
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
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0].setdefault("OPTIONS", {})["string_if_invalid"] = "MISSING(%s)"
    client.force_login(admin_user)
    pages = [(name, row.args(scene)) for name, row in ROWS.items()]
    pages += [("admin:catalogue_productimage_changelist", [])]
    pages += [("admin:catalogue_productimage_change", [image.pk])]
    for name, args in pages:
        response = client.get(reverse(name, args=args))
        assert response.status_code in (200, 302, 403, 404, 405), name
        if response.get("Content-Type", "").startswith("text/html"):
            assert "MISSING(" not in response.content.decode(), name
