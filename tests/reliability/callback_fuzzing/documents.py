"""What Runflow may write in a callback, in many spellings, and what is none of its callbacks."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

from .rows import Known

LIMIT = 64 * 1024  # bytes
EVENTS = (
    "run.completed",
    "run.failed",
    "run.cancelled",
    "run.canceled",
    "run.partial_succeeded",
    "run.polished",
    "RUN.COMPLETED",
    "run\u0000done \U0001f6cd\ufe0f \ud800\n" + "x" * 2000,
)
STATUSES = (
    "succeeded",
    "failed",
    "cancelled",
    "canceled",
    "partial_succeeded",
    "timeout",
    "gleaming",
    "\u0000",
    None,
)
OUTPUTS: tuple[Any, ...] = (
    {"image_urls": ["https://files.example.test/o/teapot.webp?sig=a/b"]},
    {"image_urls": ["https://attacker.example/other.webp", "file:///etc/passwd"]},
    {"code": "TIMEOUT", "message": "caf\u00e9 </script> \u2028"},
    {"images": [{"url": "http://127.0.0.1/"}] * 50},
    None,
    [],
    "x" * 9000,
)
EXTRAS: tuple[tuple[str, Any], ...] = (
    ("run", "another"),
    ("client_ref", "another"),
    ("shine", ["very", None, True, -0.0, 1e300]),
    ("deep", json.loads('{"a":[' * 40 + "1" + "]}" * 40)),
    ("number", int("9" * 4000)),
    ("\u0000\ud800", "\u0000\ud800"),
    ("__class__", {"__proto__": {"status": "applied"}}),
    ("batch_id", "01991d03"),
)


def genuine(rng: Random, run: Known) -> dict[str, Any]:
    """A callback about ``run``: known and unknown events, states and fields."""
    metadata: dict[str, Any] | None = {"run": str(run.pk)}
    if rng.random() < 0.2:
        metadata = {"sku": "TEAPOT-7", "note": "\u00e9" * 20, "run": str(run.pk)}
    elif run.has_id and rng.random() < 0.1:
        metadata = None
    document = {
        "event": rng.choice(EVENTS),
        "run_id": run.runflow_run_id,
        "status": rng.choice(STATUSES),
        "output": rng.choice(OUTPUTS),
        "duration_ms": rng.choice((31840, 0, 0.5, None)),
        "created_at": "2026-07-01T09:30:00.120000+00:00",
        "completed_at": rng.choice(("2026-07-01T09:30:31.960000+00:00", None)),
        "metadata": metadata,
    }
    for name, value in rng.sample(EXTRAS, rng.choice((0, 0, 1, 3))):
        document[name] = value
    for name in rng.sample(("status", "output", "duration_ms", "completed_at"), rng.choice((0, 2))):
        del document[name]
    return document


def shuffled(rng: Random, document: dict[str, Any]) -> str:
    items = list(document.items())
    rng.shuffle(items)
    return json.dumps(dict(items))


def escaped(_rng: Random, document: dict[str, Any]) -> str:
    r"""Letters of the texts as \u escapes, slashes as \/."""
    return json.dumps(document).replace("/", "\\/").replace("run", "\\u0072un")


def padded(document: dict[str, Any], size: int) -> bytes:
    body = json.dumps(document).encode()
    return body + b" " * (size - len(body))


def utf8(document: dict[str, Any], **options: Any) -> bytes:
    """Not escaped, but for halves of surrogate pairs, which no encoding has."""
    text = json.dumps(document, ensure_ascii=False, **options)
    return text.replace("\ud800", "\\ud800").encode()


Spelling = Callable[[Random, dict[str, Any]], bytes]
SPELLINGS: dict[str, Spelling] = {
    "plain": lambda rng, d: json.dumps(d).encode(),
    "compact": lambda rng, d: json.dumps(d, separators=(",", ":")).encode(),
    "indented": lambda rng, d: json.dumps(d, indent="\t").replace("\n", "\r\n").encode(),
    "sorted": lambda rng, d: json.dumps(d, sort_keys=True).encode(),
    "shuffled": lambda rng, d: shuffled(rng, d).encode(),
    "utf-8": lambda rng, d: utf8(d, separators=(", ", " :")),
    "escaped": lambda rng, d: escaped(rng, d).encode(),
    "marked": lambda rng, d: b"\xef\xbb\xbf" + json.dumps(d).encode(),
    "utf-16": lambda rng, d: json.dumps(d).encode("utf-16"),
    "utf-32-be": lambda rng, d: json.dumps(d).encode("utf-32-be"),
    "spaced": lambda rng, d: b"\n\t " + json.dumps(d).encode() + b" \r\n",
    "said twice": lambda rng, d: b'{"event": 7, "run_id": "x", ' + json.dumps(d).encode()[1:],
    "as large as allowed": lambda rng, d: padded(d, LIMIT),
}
USUAL = ("plain", "compact", "utf-8")


def spell(rng: Random, document: dict[str, Any]) -> bytes:
    """``document`` in one of the spellings, never larger than a callback may be."""
    usual = rng.random() < 0.6
    name = rng.choice(USUAL) if usual else rng.choice(list(SPELLINGS))
    body = SPELLINGS[name](rng, document)
    return body if len(body) <= LIMIT else json.dumps({**document, "output": None}).encode()


# Fields of the wrong kind: each of these alone makes the document no callback.
WRONG_FIELDS: tuple[tuple[str, Any], ...] = (
    *(("event", value) for value in ("", None, 1, True, [], ["run.completed"], {})),
    *(("run_id", value) for value in ("", None, 7, 7.5, True, [], {}, "../../v1", "a b", "a\n")),
    *(("run_id", value) for value in ("a" * 101, "\u00e9", "a\u0000", "\ud800", "a/b", "\u0663")),
    *(("status", value) for value in (1, 0, 1.5, True, False, [], ["failed"], {})),
    *(("metadata", value) for value in ([], "", "run", 1, 0, True, False, ["run"])),
)
NO_DOCUMENTS: tuple[bytes, ...] = (
    b"",
    b" ",
    b"null",
    b"true",
    b"7",
    b"[]",
    b"[{}]",
    b"{}",
    b'"run.completed"',
    b"{",
    b"\xff\xfe",
    b"\x00" * 100,
    b"\x00{\x00",
    b"[" * 60_000,
    b'{"a":' * 12_000,
    b"{" * LIMIT,
    b"event=run.completed&run_id=a",
    b"<callback/>",
    b"{'event': 'run.completed'}",
    b"\x1f\x8b\x08\x00" + b"\x00" * 50,
    b"9" * 60_000,
    b"-" * 60_000,
    b'"\\u00' + b"0" * 60_000,
)
# Put before the last brace of a callback, each of these spoils it.
SPOILERS: tuple[bytes, ...] = (
    b', "x": NaN',
    b', "x": -Infinity',
    b', "x": 1e999999999999999999999',
    b', "x": ' + b"9" * 5000,
    b', "x": ' + b"[" * 50_000 + b"]" * 100,
    b', "x": 0x10',
    b', "x": 01',
    b", x: 1",
    b', "x": "\x00"',
    b', "x": "\n"',
    b', "x": "\xff"',
    b', "x": "\xed\xa0\x80\xff"',
    b', "x": "\\ud80"',
    b', "x"',
    b",",
    b", /* */ ",
    b"}",
    b"} {",
    b"}]",
    b"} \x00",
)


def spoiled(rng: Random, document: dict[str, Any]) -> bytes:
    """Something that is no callback, though it may look much like one."""
    way = rng.randrange(4)
    if way == 0:
        return rng.choice(NO_DOCUMENTS)
    small = {**document, "output": None}
    if way == 1:
        name, value = rng.choice(WRONG_FIELDS)
        return json.dumps({**small, name: value}).encode()
    if way == 2:
        del small[rng.choice(("event", "run_id"))]
        return json.dumps(small).encode()
    body = json.dumps({name: small[name] for name in ("event", "run_id", "metadata")}).encode()
    return body[:-1] + rng.choice(SPOILERS) + b"}"
