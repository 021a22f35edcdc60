import pytest

from .collector import Collector
from .runflow import RunflowServer
from .shop_fixture import Stage


@pytest.fixture
def collector():
    return Collector()


@pytest.fixture
def stage(collector, settings, db):
    """The shop on its stage, everything it writes being read."""
    with RunflowServer() as runflow:
        stage = Stage(collector, runflow, settings)
        with stage.installed(), collector.watching():
            yield stage
