"""The tests with django-filer, in a process of their own: its shop is another set of settings."""

import pytest

from .own_process import THEIR_OWN, run_tests_of

pytestmark = pytest.mark.long


def test_the_filer_shop_is_served():
    run_tests_of("filer", "filer", least=28, options=THEIR_OWN)
