import pytest

from .standalone import quicken
from .world import World


@pytest.fixture
def world(transactional_db):
    """The app among doubles, on the suite's database, with real commits."""
    quicken()
    world = World()
    with world.installed():
        yield world
