"""Runs follow their images to another name: after a model, a field or an app was renamed, or a key.

What a run remembers of its image are names; those of files stay. Safe to be repeated: what was
moved already is found under its new name.
"""

from .keys import move_key
from .names import CannotMove, Column, Moved
from .runs import move_runs

__all__ = ["CannotMove", "Column", "Moved", "move_key", "move_runs"]
