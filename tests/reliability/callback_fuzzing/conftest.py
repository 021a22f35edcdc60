import logging

import pytest


@pytest.fixture
def shop(settings, transactional_db):
    """Settings that the door may change, and commits that are real."""
    settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, "WORKERS": "embedded"}
    return settings.PRODUCT_ISOLATION


@pytest.fixture
def silence():
    """Thousands of refusals are not worth their lines."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
