"""django-simple-history and django-reversion: every swap stands in the image's own history."""

import pytest

from .own_process import run_tests_of

pytestmark = pytest.mark.long


def test_histories_get_their_rows():
    run_tests_of("histories", "simple_history", "reversion", least=15)
