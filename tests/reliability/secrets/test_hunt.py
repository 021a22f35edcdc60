import json
import re

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from django_product_isolation import callbacks, restore, tasks
from django_product_isolation.models import IsolationRun
from tests.catalogue.models import ProductImage

from . import canaries
from .failures import FAILURES, storage_tells
from .runflow import RUN
from .stage import broken_database

pytestmark = pytest.mark.django_db


def tour(stage, client):
    """Read every page that shows a run."""
    run = IsolationRun.objects.select_related("batch").get(pk=stage.run.pk)
    admin = "admin:product_isolation_"
    for url in (
        reverse(f"{admin}isolationrun_changelist"),
        reverse(f"{admin}isolationrun_change", args=[run.pk]),
        reverse(f"{admin}isolationbatch_change", args=[run.batch_id]),
        reverse("product_isolation:progress", args=[run.batch_id]),
        reverse("product_isolation:preview_run", args=[run.pk, "source"]),
        reverse("product_isolation:preview_run", args=[run.pk, "result"]),
    ):
        stage.collector.read_response(client.get(url))


def assert_nothing_is_told(stage):
    stage.collector.read_rows()
    stage.collector.read_mail()
    leaks = stage.collector.leaks
    assert not leaks, f"{len(leaks)} leaks, such as\n" + "\n".join(dict.fromkeys(leaks[:12]))


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_tells_no_secret(stage, name, admin_client):
    FAILURES[name](stage)
    tour(stage, admin_client)
    assert_nothing_is_told(stage)
