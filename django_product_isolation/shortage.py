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


def is_shortage(error: BaseException) -> bool:
    """Whether ``error``, or what led to it, says that there was no memory or disk to work with."""
    seen: set[int] = set()
    left: list[BaseException] = [error]
    while left:
        error = left.pop()
        if id(error) in seen:
            continue
        seen.add(id(error))
        if isinstance(error, MemoryError):
            return True
        if isinstance(error, OSError):
            words = str(error).lower()
            if error.errno in NO_ROOM or NO_FOLDER in words or NO_MEMORY in words:
                return True
        left += _led_to(error)
    return False


def _led_to(error: BaseException) -> list[BaseException]:
    cause = error.__cause__ or error.__context__
    # Django raises what several validators said as one error, outside of where each came from.
    parts = [*getattr(error, "error_list", [])]
    for several in getattr(error, "error_dict", {}).values():
        parts += several
    return [*parts, *filter(None, [cause])]
