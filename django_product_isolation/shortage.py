"""Telling that this machine has no memory or disk left from what pictures and storages do."""

import errno

NO_ROOM = {
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EROFS,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
}
# What ``tempfile`` says where it can write to none of its folders, as if a file were missing.
NO_FOLDER = "No usable temporary directory"


def is_shortage(error: BaseException | None) -> bool:
    """Whether ``error``, or what led to it, says that there was no memory or disk to work with."""
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        if isinstance(error, OSError) and (error.errno in NO_ROOM or NO_FOLDER in str(error)):
            return True
        error = error.__cause__ or error.__context__
    return False
