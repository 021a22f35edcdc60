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
NO_FOLDER = "no usable temporary directory"
# What Pillow's decoders say, without a number.
NO_MEMORY = "out of memory"


def name_of(error: BaseException) -> str:
    """The kind of an error, for logs: with the system's own name for it, where it has one."""
    number = errno.errorcode.get(getattr(error, "errno", None) or 0, "")
    return f"{type(error).__name__} {number}".strip()


def is_shortage(error: BaseException | None) -> bool:
    """Whether ``error``, or what led to it, says that there was no memory or disk to work with."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, MemoryError):
            return True
        if isinstance(error, OSError):
            words = str(error).lower()
            if error.errno in NO_ROOM or NO_FOLDER in words or NO_MEMORY in words:
                return True
        error = error.__cause__ or error.__context__
    return False
