"""The tests with django-tenants, in a process of their own and on a database of their own."""

import os

import pytest

from tests.empty_database import empty_database

from .own_process import THEIR_OWN, run_tests_of

pytestmark = pytest.mark.long


def test_shops_that_share_a_site_are_served_each_in_its_own_schema(monkeypatch, tmp_path):
    with empty_database("postgresql", f"product_isolation_shops_{os.getpid()}") as url:
        monkeypatch.setenv("SHOPS_DATABASE", url)
        monkeypatch.setenv("SHOPS_FOLDER", str(tmp_path))
        run_tests_of("tenants", "django_tenants", least=20, options=THEIR_OWN)
