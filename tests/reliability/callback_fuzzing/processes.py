"""A shop for a process of its own, apart from any test."""

import logging
import os


def fuzz_in_memory(seed: int, numbers: range):
    start_shop()
    from .fuzz import fuzz

    return fuzz(seed, numbers)


def start_shop() -> None:
    """A shop in the memory of this process."""
    os.environ.pop("DATABASE_URL", None)
    start_django()
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)


def start_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    logging.disable(logging.CRITICAL)
    import django
    from django.conf import settings

    django.setup()
    settings.PRODUCT_ISOLATION["WORKERS"] = "embedded"
