"""How one stored file may be written: the names that mean it, and those that may.

Storages read names in ways of their own: a file system takes ``a//b``, ``./a/b`` and ``a/x/../b``
for ``a/b``, some take off a first ``/``, Windows reads ``\\`` as ``/`` and drops dots and blanks at
the end. So names are compared by their ``canonical`` form, and one that is written oddly may be any
file with its last part. Knows neither models nor files.
"""

import posixpath
import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Final, Literal
from urllib.parse import quote, unquote, urlsplit

from django.core.files.storage import Storage

# Read by Python and by every database alike. Nobody but the storage knows what such a name means.
ODD = r"^[/ .~]|//|\\|\./|[?#%:]|[/ .]$"
FORMS: "Final[tuple[Literal['NFC'], Literal['NFD']]]" = ("NFC", "NFD")


def is_odd(name: str) -> bool:
    """Whether the name may be read otherwise than it is written."""
    return re.search(ODD, name) is not None


def canonical(name: str) -> str:
    """The one way to write a name that all ways to write it have in common, but for its case."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").strip()
    return posixpath.normpath(f"/{plain}").lstrip("/").rstrip(" .")


def key_of(name: str) -> str:
    """The same for names that mean one file, also where the storage heeds no case."""
    return canonical(name).casefold()


def tails(name: str) -> set[str]:
    """What a name of the same file surely has in it, whatever its folder: its last part.

    Without the query that an address may have, and with its percent signs read, too.
    """
    whole = posixpath.basename(canonical(name)) or name
    last = re.split(r"[?#]", whole)[0] or whole
    return {last, unquote(last)}


@lru_cache(maxsize=1000)
def spelled_tails(name: str) -> set[str]:
    """How a column may write these."""
    forms = {unicodedata.normalize(form, tail) for tail in tails(name) for form in FORMS}
    return forms | {quote(tail) for tail in forms}


def has_tail(place: str, name: str) -> bool:
    """Whether a path or an address leads to, or goes on behind, a file of that last part."""
    written = "/" + loose(unquote(place)).replace("\\", "/")
    return any(f"/{loose(tail)}" in written for tail in tails(name))


def loose(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold().strip()


def may_be_same(one: str, other: str) -> bool:
    """Whether two names of one storage mean the same file, or may."""
    is_doubtful = is_odd(one) or is_odd(other)
    return key_of(one) == key_of(other) or (is_doubtful and has_tail(one, other))


def ways(name: str, prefixes: Collection[str] = ()) -> set[str]:
    """The plain ways to write a name, with and without the storage's own folder before it."""
    plain = canonical(name)
    found = {plain, *(f"{prefix}/{plain}" for prefix in prefixes)}
    found |= {plain.removeprefix(f"{prefix}/") for prefix in prefixes}
    return {name, *(unicodedata.normalize(form, one) for one in found for form in FORMS)}


def prefixes_of(storages: Collection[Storage]) -> set[str]:
    """The folders and addresses of storages, with which old imports have written names.

    Of ``/srv/shop/media`` that is ``srv/shop/media``, ``shop/media`` and ``media``.
    """
    return {prefix for storage in storages for prefix in ends_of_places(storage)}


def ends_of_places(storage: Storage) -> Iterator[str]:
    for attribute in ("location", "base_url"):
        try:
            place = urlsplit(str(getattr(storage, attribute, "") or "")).path
        except Exception:  # noqa: S112 - the shop's own code, which may want a request
            continue
        parts = [part for part in canonical(place).split("/") if part]
        yield from ("/".join(parts[n:]) for n in range(len(parts)))
