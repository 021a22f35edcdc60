"""Work in a process of its own, with a small shop and nothing else in its memory."""

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from tests.peak_memory import peak_memory

T = TypeVar("T")


def apart(function: Callable[..., T], *arguments: Any) -> T:
    """What ``function`` of a module returns, called in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Variables for the block and the processes begun in it; then all are as before."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def small_shop(**options: Any) -> Iterator[Path]:
    """The tests' shop on SQLite, with these options of PRODUCT_ISOLATION; gives its folder.

    Only in a process where Django is not set up.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/shop.sqlite3"
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
        import django
        from django.conf import settings
        from django.core.management import call_command

        settings.MEDIA_ROOT = Path(folder) / "media"
        settings.PRODUCT_ISOLATION = {**settings.PRODUCT_ISOLATION, **options}
        django.setup()
        call_command("migrate", run_syncdb=True, verbosity=0)
        yield Path(folder)


def growth(call: Callable[[], Any]) -> int:
    """By how many MB a call lets the most memory of this process grow; only a process's first."""
    before = peak_memory()
    call()
    return peak_memory() - before
