"""Starts programs side by side, shows what they write, and stops them all together.

Knows processes, ports and signals; nothing of Django, the shop or what the programs do.
"""

import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TextIO

HOST = "127.0.0.1"
START_TIMEOUT = 60.0  # seconds until all programs must answer
STOP_TIMEOUT = 10.0  # seconds between asking to stop and killing


class ProgramFailed(Exception):
    """A program ended by itself or never answered; the text says which."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """One program. It counts as started when it listens on ``port`` and wrote ``ready_line``."""

    name: str
    command: Sequence[str]
    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)  # added to this process's own
    port: int | None = None
    ready_line: str = ""


class Running:
    """A started program, in a process group of its own so that Ctrl-C reaches only us."""

    def __init__(self, program: Program, show: Callable[[str], None]) -> None:
        self.program = program
        self.said_ready = threading.Event()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            program.command,
            cwd=program.folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.relay = threading.Thread(target=self._relay, args=(self.process.stdout, show))
        self.relay.start()

    def _relay(self, lines: IO[str], show: Callable[[str], None]) -> None:
        with lines:
            for line in lines:
                if line.strip():
                    show(line)
                if self.program.ready_line in line:
                    self.said_ready.set()

    @property
    def is_ready(self) -> bool:
        program = self.program
        said = not program.ready_line or self.said_ready.is_set()
        return said and (program.port is None or answers(program.port))

    def check(self) -> None:
        """Raise ProgramFailed when the program has ended."""
        if (code := self.process.poll()) is not None:
            raise ProgramFailed(f"The {self.program.name} stopped by itself (exit status {code}).")

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def end(self, seconds: float) -> None:
        """Wait so long for the program to end, then kill it and all that it started."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.relay.join()


def run_together(
    programs: Sequence[Program], stop: threading.Event, output: TextIO, started: Callable[[], None]
) -> None:
    """Run the programs until ``stop`` is set; call ``started`` when all of them answer.

    Raises ProgramFailed when one ends by itself or does not answer in time. Whatever happens, none
    is left running.
    """
    width = max(len(program.name) for program in programs)
    running: list[Running] = []
    try:
        for program in programs:
            running.append(Running(program, _shower(f"{program.name:{width}} | ", output)))
        if _wait_until_ready(running, stop):
            started()
        while not stop.wait(0.2):
            for one in running:
                one.check()
    finally:
        _end_all(running)


def _shower(prefix: str, output: TextIO) -> Callable[[str], None]:
    def show(line: str) -> None:
        # Going on without a reader keeps the program from blocking on a full pipe.
        with contextlib.suppress(OSError, ValueError):
            output.write(f"{prefix}{line.rstrip()}\n")
            output.flush()

    return show


def _wait_until_ready(running: Sequence[Running], stop: threading.Event) -> bool:
    """Return whether all answer; False when ``stop`` was set first."""
    deadline = time.monotonic() + START_TIMEOUT
    for one in running:
        while not one.is_ready:
            if stop.wait(0.1):
                return False
            one.check()
            if time.monotonic() > deadline:
                raise ProgramFailed(f"The {one.program.name} did not answer in time.")
    return True


def _end_all(running: Sequence[Running]) -> None:
    for one in running:
        one.ask_to_stop()
    deadline = time.monotonic() + STOP_TIMEOUT
    for one in running:
        one.end(max(0.0, deadline - time.monotonic()))


@contextlib.contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Return an event that Ctrl-C, SIGTERM and a closed terminal set instead of ending us."""
    stop = threading.Event()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    earlier = {number: signal.signal(number, lambda *_: stop.set()) for number in numbers}
    try:
        yield stop
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


def answers(port: int) -> bool:
    """Return whether somebody on this machine listens on the port."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def is_free(port: int) -> bool:
    """Return whether a program of ours could listen on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True
