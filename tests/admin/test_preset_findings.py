"""Presets say which findings hold a result back; the order keeps what its preset said."""

import pytest

from django_product_isolation.imaging.verdict import titles
from django_product_isolation.models import IsolationBatch, Preset
from tests.admin.test_presets import PRESETS, make_preset, manager, posted  # noqa: F401
from tests.photos import make_image
from tests.shop import choose, confirm, make_staff, press

pytestmark = pytest.mark.django_db


def test_by_default_everything_that_is_found_waits(client, manager):  # noqa: F811
    form = client.get(f"{PRESETS}add/").context["adminform"].form
    assert form["holds_back"].value() == list(titles())
    client.post(f"{PRESETS}add/", posted(holds_back=list(titles())))
    assert Preset.objects.get().tolerated_findings == []


def test_what_is_not_ticked_holds_nothing_back(client, manager):  # noqa: F811
    waits = [name for name in titles() if name not in ("soft", "too_small")]
    client.post(f"{PRESETS}add/", posted(holds_back=waits))
    preset = Preset.objects.get()
    assert set(preset.tolerated_findings) == {"soft", "too_small"}
    form = client.get(f"{PRESETS}{preset.pk}/change/").context["adminform"].form
    assert form["holds_back"].value() == waits


def test_a_finding_without_a_rule_at_the_moment_is_not_forgotten(client, manager):  # noqa: F811
    preset = make_preset(tolerated_findings=["rule_of_old", "soft"])
    client.post(f"{PRESETS}{preset.pk}/change/", posted(holds_back=list(titles())))
    preset.refresh_from_db()
    assert preset.tolerated_findings == ["rule_of_old"]


def test_the_order_keeps_what_its_preset_tolerates(client, staff):
    preset = make_preset(tolerated_findings=["soft"])
    pk, address = str(preset.pk), choose(client, [make_image()])
    filled_in = client.post(address, confirm(fill_in="yes", preset=pk)).context["form"]
    tolerated = filled_in["tolerated_findings"].value()
    press(client, address, preset=pk, filled_from=pk, tolerated_findings=tolerated)
    assert IsolationBatch.objects.get().tolerated_findings == ["soft"]


def test_who_may_only_look_at_presets_sees_the_page(client):
    client.force_login(make_staff("product_isolation.view_preset"))
    preset = make_preset(tolerated_findings=["soft"])
    page = client.get(f"{PRESETS}{preset.pk}/change/")
    assert page.status_code == 200
