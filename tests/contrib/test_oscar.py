"""The tests with django-oscar, in a process of their own: its shop is another set of settings."""

import pytest

from .own_process import THEIR_OWN, run_tests_of

pytestmark = pytest.mark.long

# All of them with Oscar's own catalogue, some with one that was forked: how many at least.
SHOPS = {
    "settings": ((), 40),
    "forked_settings": (("test_dashboard_edits.py", "test_partners.py"), 10),
}


@pytest.mark.parametrize("shop", SHOPS)
def test_the_oscar_shop_is_served(shop):
    tests, least = SHOPS[shop]
    run_tests_of("oscar", "oscar", least=least, settings=shop, tests=tests, options=THEIR_OWN)
