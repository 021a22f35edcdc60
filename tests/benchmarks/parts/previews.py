"""Pages of forty runs in Chromium, beside the same pages with ready-made small pictures.

The small pictures were made when the runs' files were at hand; "lost" is after the cache that kept
them was emptied. On the local disk, and on S3 by rclone.
"""

import os
import shutil
import tempfile
import time
from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.apart import apart, environment
from tests.benchmarks.outside import bucket, chromium
from tests.benchmarks.registry import Measured
from tests.benchmarks.served import Site, served

SETTINGS = "tests.benchmarks.pictures.settings"
VIEWPORT = {"width": 1280, "height": 20_000}  # pictures are loaded when they come into view
COMPLETE = "Array.from(document.images).every(image => image.complete && image.naturalWidth)"


def measure(options: Namespace) -> Iterator[Measured]:
    for place in ("disk", "S3"):
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            said = stack.enter_context(prepared_site(folder))
            if place == "S3":
                os.environ["BUCKET"] = stack.enter_context(bucket(folder))
            ours = stack.enter_context(served(SETTINGS, workers=1))
            ready = stack.enter_context(served(SETTINGS, workers=1, READY="yes"))
            browser = stack.enter_context(chromium())
            for name, path in said["pages"].items():
                look = Look(browser, path, said["sessions"])
                yield from views(f"{name}, {place}", look, ours, ready, options.rounds)
            yield from lost(place, folder, browser, said, ours, ready)


class Look:
    """A page as two persons see it, one after the other, each in a browser of their own."""

    def __init__(self, browser: Any, path: str, sessions: list[str]) -> None:
        self.browser, self.path, self.sessions = browser, path, sessions

    def times(self, site: Site) -> tuple[float, float, float]:
        """Milliseconds of the first person's first and second look, and of the second person's."""
        with self.person(site, 0) as page:
            first, second = self.look(page, site), self.look(page, site)
        with self.person(site, 1) as page:
            return first, second, self.look(page, site)

    @contextmanager
    def person(self, site: Site, number: int) -> Iterator[Any]:
        context = self.browser.new_context(viewport=VIEWPORT)
        cookie = {"name": "sessionid", "value": self.sessions[number], "url": site.url}
        context.add_cookies([cookie])
        yield context.new_page()
        context.close()

    def look(self, page: Any, site: Site) -> float:
        begun = time.perf_counter()
        page.goto(site.url + self.path, wait_until="load")
        page.wait_for_function(COMPLETE, timeout=120_000)
        return (time.perf_counter() - begun) * 1000


def views(name: str, look: Look, ours: Site, ready: Site, rounds: int) -> Iterator[Measured]:
    look.times(ready), look.times(ours)
    idle, worked = ours.most_memory(), ours.processor_seconds()
    pairs = [(look.times(ours), look.times(ready)) for _ in range(rounds)]
    # Of one look: each round has three.
    work = (ours.processor_seconds() - worked) / (3 * rounds)
    kinds = ("first look", "second look", "second person")
    for number, (kind, bar) in enumerate(zip(kinds, (3, 1.2, 1.2), strict=True)):
        yield Measured(
            name=f"{name}, {kind}",
            beside="ready-made files",
            bar=bar,
            ours=[pair[0][number] for pair in pairs],
            simpler=[pair[1][number] for pair in pairs],
        )
    yield limit(f"{name}, processor time", work, 0.5, "s")
    yield limit(f"{name}, memory above before", ours.most_memory() - idle, 100, "MB")


def lost(
    place: str, folder: Path, browser: Any, said: dict[str, Any], ours: Site, ready: Site
) -> Iterator[Measured]:
    """What a look costs when the cache was emptied."""
    look = Look(browser, said["pages"]["batch page"], said["sessions"])
    shutil.rmtree(folder / "previews")
    idle = ours.most_memory()
    with look.person(ours, 0) as page:
        taken = look.look(page, ours)
    with look.person(ready, 0) as page:
        beside = look.look(page, ready)
    yield Measured(
        name=f"batch page, {place}, pictures lost",
        beside="ready-made files",
        ours=[taken],
        simpler=[beside],
        also={"memory above before, MB": ours.most_memory() - idle},
    )


def limit(name: str, figure: float, bar: float, unit: str) -> Measured:
    """A figure beside the most that it may be."""
    return Measured(name=name, beside="its limit", bar=1, ours=[figure], simpler=[bar], unit=unit)


@contextmanager
def prepared_site(folder: Path) -> Iterator[dict[str, Any]]:
    """A site in ``folder``; gives what ``history.prepare`` says of it."""
    with environment(
        DATABASE_URL=f"sqlite:///{folder}/shop.sqlite3",
        DJANGO_SETTINGS_MODULE=SETTINGS,
        FOLDER=str(folder),
    ):
        yield apart(prepare, folder)


def prepare(folder: Path) -> dict[str, Any]:
    import django

    django.setup()
    from tests.benchmarks.pictures import history

    return history.prepare(folder)
