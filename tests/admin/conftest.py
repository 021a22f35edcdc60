import pytest


@pytest.fixture(autouse=True)
def nobody_takes_steps(no_steps):
    """What a page shows is what the test made, unless the test says otherwise."""
