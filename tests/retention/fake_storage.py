"""A file storage that behaves as badly as real ones may, and remembers what was asked of it."""

from collections.abc import Callable
from io import BytesIO

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import transaction


class Shelf(Storage):
    """No path(), equal names are overwritten, and deleting what is not there is an error.

    ``before`` is called with the operation and the name and may raise anything.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.calls: list[tuple[str, str]] = []
        self.before: Callable[[str, str], None] = lambda operation, name: None
        self.in_transaction = 0

    def called(self, operation: str, name: str) -> None:
        self.calls.append((operation, name))
        self.in_transaction += transaction.get_connection().in_atomic_block
        self.before(operation, name)

    def names(self, operation: str) -> list[str]:
        return [name for called, name in self.calls if called == operation]

    def _open(self, name: str, mode: str = "rb") -> File:
        self.called("open", name)
        return File(BytesIO(self._content(name)), name=name)

    def _save(self, name: str, content: File) -> str:
        self.called("save", name)
        self.files[name] = b"".join(content.chunks())
        return name

    def _content(self, name: str) -> bytes:
        try:
            return self.files[name]
        except KeyError:
            raise FileNotFoundError(name) from None

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        return name

    def delete(self, name: str) -> None:
        self.called("delete", name)
        self._content(name)
        del self.files[name]

    def exists(self, name: str) -> bool:
        return name in self.files

    def size(self, name: str) -> int:
        self.called("size", name)
        return len(self._content(name))

    def url(self, name: str) -> str:
        return ""
