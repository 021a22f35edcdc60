"""Our commands by those of django-tenants: in one shop, or in each in turn."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django_tenants.utils import tenant_context

from django_product_isolation import isolate
from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from tests.moments import overdue

from .shops import hang_up, order
from .site import ROOT
from .store.models import Picture

CLEAN = f"photos/isolated-{'0' * 32}.webp"  # as our own files are called


def manage(*arguments):
    """What the shops' manage.py writes."""
    settings = {"DJANGO_SETTINGS_MODULE": "tests.contrib.tenants.settings"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "django", *arguments],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_images_of_one_shop_are_counted_there(shops):
    hang_up(shops[0])
    for _ in range(2):
        hang_up(shops[1])
    command = ["tenant_command", "isolate_products", "store.Picture", "--dry-run"]
    code, said = manage(*command, "--schema=shoes")
    assert (code, "2 images x $0.27 = $0.54" in said) == (0, True), said


def test_the_state_of_each_shop_is_told_in_turn(shops):
    order(shops[0], 3)
    code, said = manage("all_tenants_command", "--no-public", "isolation_status", "--json")
    assert code == 0, said
    told = said.split("Applying command to: ")[1:]
    found = [json.loads(part.partition("\n")[2]) for part in told]
    assert [state["open"] for state in found] == [{"queued": 3}, {}]


def test_monitoring_is_told_that_a_shop_is_late(shops):
    order(shops[1])
    with tenant_context(shops[1]):
        IsolationRun.objects.update(due_at=overdue() - timedelta(minutes=9))
    command = ["all_tenants_command", "--no-public", "isolation_status", "--max-late", "5"]
    code, said = manage(*command)
    assert code != 0, said
    assert "A step has been due for" in said.partition("shoes")[2]


@pytest.mark.parametrize(
    "command", [["isolation_status"], ["prune_isolations", "--rows", "30"], ["judge_isolations"]]
)
def test_a_command_says_that_the_public_schema_has_no_isolations(shops, command):
    code, said = manage("tenant_command", *command, "--schema=public")
    assert code != 0
    assert said.strip().splitlines()[-1] == (
        'CommandError: "public" has no tables of product isolation: name a tenant that has, or '
        "migrate it."
    )


@pytest.fixture
def replaced(shops, tmp_path):
    """In each shop a result that no image shows any more."""
    for shop in shops:
        picture = hang_up(shop)
        with tenant_context(shop):
            run = isolate(picture).runs.get()
            storage = Picture._meta.get_field("photo").storage
            name = storage.save(CLEAN, picture.photo.open("rb"))
            IsolationRun.objects.filter(pk=run.pk).update(
                status=Status.REJECTED,
                result_name=name,
                active_key=None,
                due_at=None,
                status_since=overdue().replace(year=2020),
            )
    return shops


def test_files_are_pruned_in_the_shop_that_was_named_and_in_no_other(replaced):
    command = ["tenant_command", "prune_isolations", "--results", "1"]
    code, said = manage(*command, "--schema=mugs")
    assert (code, "Removed 1 results" in said) == (0, True), said
    left = []
    for shop in replaced:
        with tenant_context(shop):
            storage = Picture._meta.get_field("photo").storage
            left.append(storage.exists(CLEAN))
    assert left == [False, True]
