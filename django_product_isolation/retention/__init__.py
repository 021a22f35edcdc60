"""Pruning, on purpose, of what is old, and the question what still needs a file."""

from .pruning import prune

__all__ = ["prune"]
