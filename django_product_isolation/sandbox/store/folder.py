"""The folder that keeps the sandbox's files: what came in, what went out, small previews.

Knows names and bytes. Names are made by the sandbox alone, from ids, so none can leave the folder.
"""

import os
import re
from pathlib import Path

NAME = re.compile(r"[0-9a-f-]{36}(-[a-z0-9]+)?\.[a-z]+")
TYPES = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "part": "application/octet-stream",
}


class Folder:
    """Files under one data folder."""

    def __init__(self, data: Path) -> None:
        """Create what is missing. Raises ValueError when ``data`` cannot be such a folder."""
        self.database = data / "sandbox.sqlite3"
        self._files = data / "files"
        try:
            self._files.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(f"{data} cannot keep the data: {error.strerror}.") from error

    def write(self, name: str, content: bytes) -> None:
        """Keep ``content`` under ``name``, whole or not at all."""
        unfinished = self._path(f"{name}.new")
        unfinished.write_bytes(content)
        os.replace(unfinished, self._path(name))

    def read(self, name: str) -> bytes | None:
        """Return the content of a file, or None when there is none of that name."""
        if not NAME.fullmatch(name):
            return None
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        """Return whether there is a file of that name."""
        return self._path(name).exists()

    def rename(self, name: str, new_name: str) -> None:
        """Give a file another name."""
        os.replace(self._path(name), self._path(new_name))

    def _path(self, name: str) -> Path:
        return self._files / name


def media_type(name: str) -> str:
    """Return the Content-Type of a file of ours, by its ending."""
    return TYPES.get(name.rpartition(".")[2], "application/octet-stream")
