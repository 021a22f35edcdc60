"""Storages that keep Django's contract and no more than that, in memory."""

from io import BytesIO, UnsupportedOperation

from django.core.files.base import File
from django.core.files.storage import Storage


class Unseekable(File):
    """A file that can be read once, from its beginning to its end."""

    def seekable(self):
        return False

    def seek(self, *args):
        raise UnsupportedOperation("seek")


class Plain(Storage):
    """Has neither path nor url nor size; its files cannot be sought in."""

    def __init__(self):
        self.contents: dict[str, bytes] = {}

    def _open(self, name, mode="rb"):
        if name not in self.contents:
            raise FileNotFoundError(name)
        return Unseekable(BytesIO(self.contents[name]), name)

    def _save(self, name, content):
        self.contents[name] = b"".join(content.chunks())
        return name

    def exists(self, name):
        return name in self.contents

    def delete(self, name):
        self.contents.pop(name, None)


class Renaming(Plain):
    """Calls every file as it likes."""

    def _save(self, name, content):
        return super()._save(f"kept/{len(self.contents)}/{name.rpartition('/')[2]}", content)


class Overwriting(Plain):
    """Never looks whether a name is taken."""

    file_overwrite = True

    def get_available_name(self, name, max_length=None):
        return name
