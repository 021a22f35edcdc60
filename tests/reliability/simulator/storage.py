"""The shop's file storage, in memory: keeps every version of every name for the invariants."""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from typing import Any
from unittest import mock
from urllib.parse import unquote

from django.core.files.base import File
from django.core.files.storage import Storage, default_storage

from .points import Points, Process

PUBLIC = "https://media.shop.example/"
CACHED_FOR = timedelta(hours=1)
LINK_CANARY = "canary-of-the-shops-links"


@lru_cache(maxsize=4096)
def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


class PermissionDenied403(Exception):
    """What a client library of an object store raises."""


@dataclass(frozen=True)
class Write:
    """One version of a name; ``content`` None for a deletion."""

    name: str
    content: bytes | None
    writer: Process | None
    existed: bool
    renamed: bool = False  # the storage chose another name than it was asked for

    @property
    def by(self) -> str:
        return self.writer.name if self.writer else ""

    @property
    def died_with_its_name(self) -> bool:
        """Whether only a process that then died was told the name: nobody could write it down."""
        return self.renamed and self.writer is not None and self.writer.is_dead


class StorageDouble(Storage):
    """Works, until it is told to fail; ``overwrites`` as S3 does, ``is_public`` as a CDN is."""

    def __init__(self, points: Points, port: Any, clock: Any) -> None:
        self.points, self.port, self.clock = points, port, clock
        self.reset()

    def reset(self) -> None:
        self.files: dict[str, bytes] = {}
        self.writes: list[Write] = []
        self.overwrites = False
        self.is_public = True
        self.is_mounted = True
        self.cached: dict[str, tuple[bytes, datetime]] = {}  # by the CDN in front, and until when
        self.faults: dict[str, list[str]] = {}
        self.lies = 0
        self.named = 0  # alternative names
        self.calls = 0  # by processes

    # What Django's own Storage calls.

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name if self.overwrites else super().get_available_name(name, max_length)

    def get_alternative_name(self, file_root: str, file_ext: str) -> str:
        """As Django's own, but the same in every repetition."""
        self.named += 1
        return f"{file_root}_{self.named}{file_ext}"

    def exists(self, name: str) -> bool:
        with self._call("exists"):
            return self.is_mounted and name in self.files

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        with self._call("open") as fault:
            content = self.files.get(name) if self.is_mounted else None
            if content is None or fault == "missing":
                raise FileNotFoundError(name)
            if fault == "lies":
                self.lies += 1  # never the same lie twice: nobody could see through that
                content = content[: len(content) // 2] + f"lie {self.lies}".encode()
        return File(BytesIO(content), name=name)

    def _save(self, name: str, content: "File[bytes]") -> str:
        with self._call("save") as fault:
            if not self.is_mounted:
                raise OSError(errno.EROFS, "the empty mount point is not ours to write to")
            data = b"".join(content.chunks())
            if fault == "taken name" and self.files:  # another file's, and nothing is stored
                return (min, max)[len(self.files) % 2](self.files)
            if fault == "other name":
                name = f"elsewhere/{self.lies}-{name}"
                self.lies += 1
            if fault == "lies":
                self.lies += 1
                data = data[: len(data) // 2] + f"lie {self.lies}".encode()
            self._write(name, data, renamed=fault == "other name")
            if fault == "raises after":
                raise OSError("the answer of the storage was lost")
        return name

    def delete(self, name: str) -> None:
        with self._call("delete"):
            self._write(name, None)

    def url(self, name: str | None) -> str:
        return f"{PUBLIC}{name}?sig={LINK_CANARY}" if self.is_public else ""

    def size(self, name: str) -> int:
        is_seen = self.is_mounted or self.points.process is None
        if not is_seen or name not in self.files:
            raise FileNotFoundError(name)
        return len(self.files[name])

    @contextmanager
    def unmounted(self) -> Iterator[None]:
        """For processes there is no file at all, and no word of an error."""
        self.is_mounted = False
        yield
        self.is_mounted = True

    # What people do, without any fault.

    def put(self, name: str, content: bytes) -> None:
        self._write(name, content)

    def lose(self, name: str) -> None:
        self._write(name, None)

    def read(self, name: str) -> bytes | None:
        return self.files.get(name)

    def behind(self, url: str) -> bytes | None:
        """The same for a link; None for one that is not of this storage."""
        is_ours = url.startswith(PUBLIC)
        return self.served(unquote(url.removeprefix(PUBLIC).partition("?")[0])) if is_ours else None

    def served(self, name: str) -> bytes | None:
        """What whoever has the link gets: for an hour what was there before."""
        content, until = self.cached.get(name, (b"", self.clock.true()))
        return content if until > self.clock.true() else self.files.get(name)

    def fingerprint(self, name: str) -> str | None:
        content = self.files.get(name)
        return None if content is None else digest(content)

    def versions(self, name: str) -> list[bytes]:
        return [w.content for w in self.writes if w.name == name and w.content is not None]

    def _write(self, name: str, content: bytes | None, *, renamed: bool = False) -> None:
        writer, existed = self.points.process, name in self.files
        self.writes.append(Write(name, content, writer, existed, renamed))
        if (before := self.served(name)) is not None and content is not None:
            self.cached.setdefault(name, (before, self.clock.true() + CACHED_FOR))
        if content is None:
            self.files.pop(name, None)
        else:
            self.files[name] = content

    @contextmanager
    def _call(self, operation: str) -> Iterator[str]:
        """A call of the port, with the fault that was told for it, "" for none."""
        if self.points.process is None:
            yield ""
            return
        self.calls += 1
        with self.port(f"storage {operation}"):
            waiting = self.faults.get(operation)
            fault = waiting.pop(0) if waiting else ""
            if raised := RAISED.get(fault):
                raise raised()
            if fault == "slow":
                self.clock.advance(90)
            yield fault

    @contextmanager
    def installed(self) -> Iterator[None]:
        with mock.patch.object(default_storage, "_wrapped", self):
            yield


RAISED: dict[str, Callable[[], Exception]] = {
    "raises": lambda: OSError("no space left"),
    "403": lambda: PermissionDenied403(f"{PUBLIC}?sig={LINK_CANARY}"),
}
FAULTS = {
    "open": ["raises", "403", "lies", "missing", "slow"],
    "save": ["raises", "raises after", "403", "lies", "other name", "taken name", "slow"],
    "exists": ["raises", "403", "slow"],
    "delete": ["raises", "403", "slow"],
}
