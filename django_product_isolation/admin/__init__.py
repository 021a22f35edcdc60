"""The admin of our own models: runs, batches and presets. ``host`` adds to the host's admin.

Where Django's admin is not installed there is none of it.
"""

from django.apps import apps

if apps.is_installed("django.contrib.admin"):
    from . import batches, presets, runs  # noqa: F401 (registers them)
