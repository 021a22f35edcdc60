"""Caches of rows: what the shop reads after a swap and a restore is right."""

import pytest

from tests.services import needs

from .own_process import run_tests_of

pytestmark = pytest.mark.long


def test_cacheops_reads_what_is_there():
    needs("redis")
    run_tests_of("cacheops", "cacheops", least=5)


def test_cachalot_reads_what_is_there():
    run_tests_of("cachalot", "cachalot", least=4)
