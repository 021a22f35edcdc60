"""Storages in which a name that comes again costs a file, in memory."""

import hashlib
import posixpath
import uuid
from io import BytesIO
from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import Storage


class InMemory(Storage):
    def __init__(self):
        self.contents: dict[str, bytes] = {}
        self.types: dict[str, str | None] = {}

    def key(self, name):
        return name

    def _open(self, name, mode="rb"):
        if self.key(name) not in self.contents:
            raise FileNotFoundError(name)
        return File(BytesIO(self.contents[self.key(name)]), name)

    def _save(self, name, content):
        self.contents[self.key(name)] = b"".join(content.chunks())
        self.types[name] = getattr(content, "content_type", None)
        return name

    def exists(self, name):
        return self.key(name) in self.contents

    def delete(self, name):
        self.contents.pop(self.key(name), None)

    def size(self, name):
        return len(self.contents[self.key(name)])

    def url(self, name):
        return ""


class Overwriting(InMemory):
    """As S3 through django-storages by default."""

    file_overwrite = True

    def get_available_name(self, name, max_length=None):
        return name


class Normalising(Overwriting):
    """Finds a file under every spelling of its name, as buckets do through django-storages."""

    def key(self, name):
        return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/")


class WithoutWebP(Overwriting):
    """Says so when it is asked for a name."""

    def get_available_name(self, name, max_length=None):
        if name.endswith(".webp"):
            raise SuspiciousFileOperation(name)
        return super().get_available_name(name, max_length)


class WithoutSuchNames(Overwriting):
    """Says so wherever it meets a name of ours."""

    def exists(self, name):
        if "isolated" in name:
            raise SuspiciousFileOperation(name)
        return super().exists(name)


class Lagging(Overwriting):
    """Shows what it took only when it was asked for it so many times."""

    shown_after = 15

    def __init__(self):
        super().__init__()
        self.left: dict[str, int] = {}

    def _save(self, name, content):
        self.left.setdefault(name, self.shown_after)
        return super()._save(name, content)

    def _open(self, name, mode="rb"):
        if self.left.get(name, 0):
            self.left[name] -= 1
            raise FileNotFoundError(name)
        return super()._open(name, mode)

    def exists(self, name):
        return not self.left.get(name, 0) and super().exists(name)


class DeletingFirst(InMemory):
    """As many write it themselves."""

    def get_available_name(self, name, max_length=None):
        if self.exists(name):
            self.delete(name)
        return name


class Suffixing(InMemory):
    def _save(self, name, content):
        return super()._save(f"{name}_{len(self.contents)}", content)


class Slugging(InMemory):
    """Makes names of lower case letters and digits, without any dot, and overwrites."""

    def get_valid_name(self, name):
        return "".join(filter(str.isalnum, name.lower()))

    def get_available_name(self, name, max_length=None):
        return name


class Cutting(Overwriting):
    """Cuts file names to twelve characters."""

    def get_valid_name(self, name):
        return name[:12]


class Shortening(Overwriting):
    """Keeps eight letters of every name, and overwrites."""

    def get_available_name(self, name, max_length=None):
        path = PurePosixPath(name)
        return str(path.with_stem(path.stem[:8]))


class ShorteningAndDeleting(Shortening):
    """Makes room first."""

    def get_available_name(self, name, max_length=None):
        name = super().get_available_name(name)
        if self.exists(name):
            self.delete(name)
        return name


class ShorteningALittle(Overwriting):
    """Keeps so much of every name that no two are the same."""

    def get_available_name(self, name, max_length=None):
        path = PurePosixPath(name)
        return str(path.with_stem(path.stem[:30]))


class ShorteningLate(Overwriting):
    """Keeps twelve letters of every name, and says so only afterwards."""

    def _save(self, name, content):
        path = PurePosixPath(name)
        return super()._save(str(path.with_stem(path.stem[:12])), content)


class Inventing(InMemory):
    """Makes up every name itself."""

    def get_available_name(self, name, max_length=None):
        return str(PurePosixPath(name).with_stem(uuid.uuid4().hex))


class ByContents(Overwriting):
    """Calls files by what is in them."""

    def _save(self, name, content):
        digest = hashlib.sha256(content.read()).hexdigest()
        content.seek(0)
        return super()._save(str(PurePosixPath(name).with_stem(digest)), content)


class Unlistable(Overwriting):
    """A bucket in which one may write and read, but not ask whether there is a file."""

    def exists(self, name):
        raise PermissionError("403")


class KeepingOne(Overwriting):
    """Has no other file beside a new one."""

    def get_available_name(self, name, max_length=None):
        self.delete("main.jpg")
        return name


class OneForEachFolder(Overwriting):
    """Keeps one file for each folder, whatever it is called."""

    def key(self, name):
        return str(PurePosixPath(name).parent)


class UnderOneName(Overwriting):
    """Says of every file that it is the one of that folder."""

    def _save(self, name, content):
        return super()._save(f"{PurePosixPath(name).parent}/mug.jpg", content)

    def exists(self, name):
        return False
