"""The tests with Wagtail, in processes of their own: its shops are other sets of settings."""

import pytest

from .own_process import THEIR_OWN, run_tests_of

pytestmark = pytest.mark.long

# An image model of the shop's, Wagtail's own, and no app of ours for Wagtail: how many tests each.
SHOPS = {"settings": 60, "stock_settings": 60, "rights_settings": 10}


@pytest.mark.parametrize("shop", SHOPS)
def test_the_wagtail_shop_is_served(shop):
    run_tests_of("wagtail", "wagtail", least=SHOPS[shop], settings=shop, options=THEIR_OWN)
