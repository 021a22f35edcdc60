import pytest

from .simulator import World
from .standalone import quicken


@pytest.fixture
def world(transactional_db):
    """The app among doubles, on the suite's database, with real commits."""
    quicken()
    world = World()
    with world.installed():
        yield world
