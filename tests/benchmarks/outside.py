"""What a shop has beside Django: an S3 bucket, a browser."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.fixtures.chromium import FLAGS, found_browser
from tests.http_server import free_port
from tests.storages.servers import ACCESS_KEY, SECRET_KEY, rclone_binary

from .served import wait_for


@contextmanager
def bucket(folder: Path) -> Iterator[str]:
    """The address of an S3 server by rclone, whose buckets are the folders of ``folder``."""
    url = f"127.0.0.1:{free_port()}"
    command = ["serve", "s3", "--addr", url, "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}"]
    quiet = ["--config", os.devnull, "--log-level", "ERROR"]
    server = subprocess.Popen([rclone_binary(), *command, *quiet, str(folder)])
    try:
        wait_for(f"http://{url}/")
        yield f"http://{url}"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser, by Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found_browser(), args=list(FLAGS))
        yield browser
        browser.close()
