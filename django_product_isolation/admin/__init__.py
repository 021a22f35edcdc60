"""The staff's side: actions on the host's image lists, the confirm page, the record of runs."""

from . import batches, runs

__all__ = ["batches", "runs"]
