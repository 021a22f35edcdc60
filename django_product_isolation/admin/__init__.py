"""The staff's side: actions on the host's lists, the confirm page, presets, the record of runs.

Where Django's admin is not installed there is none of it.
"""

from django.apps import apps

if apps.is_installed("django.contrib.admin"):
    from . import batches, presets, runs  # noqa: F401 (registers them)
