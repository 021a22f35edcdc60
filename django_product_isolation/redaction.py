"""Keeping secrets out of what is written down: of texts from outside, and of error reports.

Error reporters copy the local variables of every frame they see. Texts from outside quote links
whose signature opens a file, in every disguise: encoded, broken over lines, without a scheme. So
nothing is looked for in them; kept is only what cannot be a part of one.
"""

import re
import traceback
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

MAX_TEXT = 300  # characters
MAX_NAME = 100  # characters
LEFT_OUT = "\u2026"
AROUND_WORDS = ".,:;!()[]\"'\u201c\u201d\u2018\u2019\u2013-\u3002\uff0c\uff1a\uff1b\uff01\uff1f"
# After one of these a secret may follow that looks like a word.
BEFORE_SECRETS = frozenset(
    {"authorization", "bearer", "credential", "credentials", "key", "password", "secret", "sig"}
    | {"signature", "token"}
)
PROSE = re.compile(r"[^\W\d_]{1,24}(?:['\u2019-][^\W\d_]{1,24}){0,3}")
MEASURE = re.compile(r"[<>~]?\d{1,8}(?:[.,:x]\d{1,8}){0,2}(?:%|[kKMG]i?B?|px|s|ms|MP|cm|mm)?")
NAME = re.compile(r"[A-Za-z]{1,24}(?:[_.-](?:[A-Za-z]{1,24}|\d{1,4})){0,8}")
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{1,40}")
# The fields of the contract: where an error is.
FIELD = re.compile(
    r"(?:body\.)?(?:input(?:\.(?:\d|image_url|aspect_ratio|resolution|prompt))?|image_url"
    r"|aspect_ratio|resolution|prompt|callback_url|metadata|client_ref|mime_type|size_bytes"
    r"|filename|asset_id|model_id|run_id)"
)


def safe_text(value: object) -> str:
    """What somebody outside wrote, as far as it is plain prose: one line, 300 characters at most.

    The text ends at the first word that could belong to a link, a key or a signature; what follows
    may be the rest of it. "" for what is no text.
    """
    if not isinstance(value, str):
        return ""
    kept: list[str] = []
    for word in re.split(r"\s+|(?<=[\u3002\uff0c])", value[: 10 * MAX_TEXT].strip()):
        bare = word.strip(AROUND_WORDS)
        if bare and not is_harmless(bare):
            kept.append(LEFT_OUT)
            break
        kept.append(word)
        if BEFORE_SECRETS.intersection(re.split(r"[^a-z]+", bare.lower())):
            kept.append(LEFT_OUT)
            break
    return " ".join(kept)[:MAX_TEXT].rstrip()


def is_harmless(word: str) -> bool:
    """Whether a word is prose, a number with its unit, an error code or a field of the contract."""
    if MEASURE.fullmatch(word) or FIELD.fullmatch(word):
        return True
    is_prose = PROSE.fullmatch(word) and word in (word.lower(), word.upper(), word.capitalize())
    return bool(is_prose or (NAME.fullmatch(word) and word.isupper() and "_" in word))


def safe_name(value: object) -> str:
    """A code or the name of an event; a sign for what is none, "" for no text.

    Words of letters, and short numbers, joined by ``_``, ``.`` or ``-``.
    """
    if not isinstance(value, str) or not value:
        return ""
    name = value.strip()
    return name if NAME.fullmatch(name) and len(name) <= MAX_NAME else LEFT_OUT


def safe_id(value: object) -> str:
    """The id of a request, as support asks for it; "" for what is none."""
    return value if isinstance(value, str) and REQUEST_ID.fullmatch(value) else ""


def without_locals(function: Callable[P, T]) -> Callable[P, T]:
    """Whatever ``function`` raises leaves it without the local variables of the frames below.

    Those of the HTTP libraries hold the key and whole links as bytes, which no type of ours could
    mask. Files, lines and function names stay.
    """

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs  # this frame is seen, too
            forget_locals(error)
            raise

    return call


def forget_locals(error: BaseException) -> None:
    """Empty the frames that ended with ``error``, and with every exception that led to it."""
    waiting: list[BaseException | None] = [error]
    seen: set[int] = set()
    while waiting:
        known = waiting.pop()
        if known is not None and id(known) not in seen:
            seen.add(id(known))
            traceback.clear_frames(known.__traceback__)
            waiting += [known.__cause__, known.__context__]
