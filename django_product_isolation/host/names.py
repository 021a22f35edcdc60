"""Which names our files get: never one that somebody else's file may have, now or later.

Every name of ours carries a mark that was made up for it. What is written goes under such a name,
and of a file that no row knows the contents of, the mark alone says that it is ours.
"""

import copy
import posixpath
import re
import uuid
from contextlib import suppress
from typing import Any, cast

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import Storage
from django.core.files.utils import validate_file_name
from django.db.models import FileField, Model

from .dry_run import untouched

# As storages leave it: some take out the hyphen or change the case.
MARK = re.compile(r"isolated[^0-9a-z/]?([0-9a-f]{32})", re.IGNORECASE)

# Of the letters of a name of ours, what still tells it from all others: our word and 64 bits.
ENOUGH = len("isolated") + 16


class NameTooLong(Exception):
    """The image column is too short for a name of ours."""


class NameTaken(Exception):
    """The storage has, or was about to give up, another file under a name of ours."""


class MakesRoom(NameTaken):
    """The storage deletes other files while it is to name one."""


class PathRefused(NameTaken):
    """The storage, or Django for it, takes no file under such a name of ours."""


def result_filename(extension: str) -> str:
    """A file name that no file has, without a folder. ``extension`` begins with a dot."""
    return f"isolated-{uuid.uuid4().hex}{extension}"


def is_ours(name: str) -> bool:
    """Whether a name carries a mark that only we make."""
    return mark_of(name) != ""


def mark_of(name: str) -> str:
    """What tells this file of ours from all others; "" in a name that we did not make."""
    found = MARK.search(name)
    return found[1].lower() if found else ""


def bears_mark_of(path: str, name: str) -> bool:
    """Whether a file is the one at ``path``, a name of ours, or a part of it on the way there."""
    mark = mark_of(posixpath.basename(path))
    return mark != "" and mark == mark_of(posixpath.basename(name.replace("\\", "/")))


def placed(field: FileField, beside: str, filename: str) -> str:
    """The path of ``filename``, which carries our mark, in the folder where ``field`` puts files.

    Where ``upload_to`` is code of the shop's, that is the folder of the file ``beside``: such code
    may answer the same path for every name, and has been seen to delete what lies there.
    Raises NameTooLong when the column cannot hold it, PathRefused when no storage may save it.
    """
    folder = tidied(posixpath.dirname(beside))
    if has_plain_folder(field):
        asked = named_by(field, filename)
        if posixpath.basename(asked) == filename and fits(field, asked):
            return asked
        folder = posixpath.dirname(asked)
    path = posixpath.join(folder, filename)
    if not fits(field, path):
        raise NameTooLong(path)
    try:
        validate_file_name(path, allow_relative_path=True)  # as Storage.save() will
    except SuspiciousOperation as error:
        raise PathRefused(path) from error
    return path


def named_by(field: FileField, filename: str) -> str:
    """What a plain ``upload_to`` makes of ``filename``. Raises PathRefused."""
    try:
        return field.generate_filename(cast("Model", None), filename).replace("\\", "/")
    except SuspiciousOperation as error:
        raise PathRefused(filename) from error


def tidied(folder: str) -> str:
    """The folder as Django has it save files: many storages find a file under other spellings too,
    such as with a slash first, and save none there."""
    tidy = posixpath.normpath(folder).lstrip("/")
    return "" if tidy == "." else tidy


def has_plain_folder(field: FileField) -> bool:
    """Whether ``upload_to`` is a folder, if a dated one, and nothing of the shop's is asked."""
    own = type(field).generate_filename is not FileField.generate_filename
    return not own and not callable(field.upload_to)


def fits(field: FileField, path: str) -> bool:
    return not field.max_length or len(path) <= field.max_length


def is_taken(storage: Storage, path: str) -> bool:
    """Whether the storage says that it has such a file: then it does not tell names apart.

    False where it cannot say, such as a bucket whose files may be read but not listed: the mark
    is then all there is, and it is enough. Raises PathRefused where it has no files of such names.
    """
    try:
        return bool(storage.exists(path))
    except SuspiciousOperation as error:
        raise PathRefused(path) from error
    except Exception:  # storages raise whatever their library raises
        return False


def tells_apart(storage: Storage, path: str, max_length: int) -> bool:
    """Whether a storage leaves enough of ``path``, a name of ours, or makes up another each time.

    Asked without a look at its files. True where it cannot say, and where only saving shortens.
    Raises MakesRoom and PathRefused.
    """
    given = given_name(storage, path, max_length)
    if mark_of(given) == mark_of(path):
        return True
    other = posixpath.join(posixpath.dirname(path), result_filename(posixpath.splitext(path)[1]))
    return not is_cut(given, path) and given_name(storage, other, max_length) != given


def given_name(storage: Storage, path: str, max_length: int) -> str:
    """What a storage without any file would call one of that name; the same where it fails.

    Code of the shop's that names files may look for others and delete them. Raises MakesRoom where
    it would have, but for files that have the very name it was asked for or answers; PathRefused
    where the storage takes none of that name.
    """
    given, others, is_refused = path, set[str](), False
    with suppress(Exception), untouched(storage) as spared:  # the shop's own code
        try:
            _ = storage.get_available_name  # a lazy one has to be there before it is copied
            empty: Any = copy.copy(storage)
            empty.exists = _nothing_there
            given = str(empty.get_available_name(path, max_length=max_length))
        except SuspiciousOperation:
            is_refused = True
        finally:
            others = set(spared) - {path, given}
    if others:
        gone = ", ".join(sorted(others)[:3])
        kind = storage.__class__.__name__
        raise MakesRoom(f"get_available_name() of {kind} is to delete nothing, such as {gone}.")
    if is_refused:
        raise PathRefused(path)
    return given


def _nothing_there(*_args: Any, **_options: Any) -> bool:
    return False


def is_cut(name: str, path: str) -> bool:
    """Whether so little is left of ``path``, a name of ours, that others may become the same."""
    left, ours = (_letters(posixpath.basename(one)) for one in (name, path))
    return len(left) < ENOUGH and ours.startswith(left)


def _letters(filename: str) -> str:
    return "".join(filter(str.isalnum, filename.partition(".")[0])).lower()
