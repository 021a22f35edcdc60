"""The staff's side: actions on the host's lists, the confirm page, presets, the record of runs."""

from . import batches, presets, runs

__all__ = ["batches", "presets", "runs"]
