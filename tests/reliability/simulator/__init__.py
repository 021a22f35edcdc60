"""A world for the app to run in: real models, views, workflow and tasks between doubles of the
network, the storage, the broker and the clock, on a real database that fails on demand.
"""

from .points import Died
from .world import World

__all__ = ["Died", "World"]
