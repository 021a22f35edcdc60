import pytest

from django_product_isolation.sandbox import Sandbox
from django_product_isolation.workflow.leases import keeper
from tests.runflow_account import RunflowAccount


@pytest.fixture(autouse=True)
def media_root(settings, tmp_path):
    """Every test has a media folder of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture(autouse=True)
def no_lease_is_kept_longer():
    """What a test left in a step's hands is not given back in the middle of another test."""
    yield
    keeper.forget()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory):
    data = tmp_path_factory.mktemp("sandbox")
    with Sandbox(("127.0.0.1", 0), data=data, speed="instant", engine="light") as server:
        yield server


@pytest.fixture
def runflow(sandbox, settings):
    """A Runflow of our own; the app reaches it over HTTP by its ``BASE_URL``."""
    settings.PRODUCT_ISOLATION = {
        **settings.PRODUCT_ISOLATION,
        "BASE_URL": sandbox.url,
        "RESOLUTION": "1K",
    }
    account = RunflowAccount(sandbox.url)
    yield account
    account.reset()
