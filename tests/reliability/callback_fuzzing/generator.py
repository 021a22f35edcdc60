"""Draws requests to the callback's door, and knows of each whether it is genuine.

What must be answered follows from what was made wrong, by the order of the contract; nothing here
asks the code under test. Each request is drawn from its own seed, so that one can be had again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from . import documents, forgeries
from .documents import LIMIT
from .door import Body, CutBody, EndlessBody
from .rows import PATH, Known

OLD, NEW, SHORT = "whsec_old_0123456789abcdef", "whsec_new_0123456789abcdef", "whsec_short"
# The secrets in force, and those among them that prove anything. None: no secret is configured,
# and the token alone admits a hint.
SECRETS: tuple[tuple[Any, tuple[str, ...] | None], ...] = (
    *[((NEW, OLD), (NEW, OLD))] * 6,
    ([NEW], (NEW,)),
    ([SHORT, "", NEW], (NEW,)),
    (NEW, (NEW,)),
    *[((), None)] * 2,
)
USELESS: tuple[Any, ...] = ([""], [" "], "", " ", [SHORT], ["", " " * 30], ("x" * 23,), [None])

FAULTS = ("method", "size", "length", "token", "secrets", "signature", "document", "run")
METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X")
LENGTHS = ("", "0", "-1", "-999999999999", "x", "1e3", "0x10", "1,2", "half")
CONTENT_TYPES = (
    *["application/json"] * 6,
    "application/json; charset=utf-16",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "text/plain; charset=nonsense",
    "\xff/\xff",
    "",
    None,
)
# None of these makes a callback more or less genuine.
NEUTRAL: tuple[dict[str, Any], ...] = (
    {"HTTP_COOKIE": "sessionid=" + "a" * 32 + "; csrftoken=x; messages=[]; \x00=\xff"},
    {"HTTP_AUTHORIZATION": "Bearer rf_live_x"},
    {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
    {"HTTP_X_FORWARDED_FOR": "127.0.0.1", "HTTP_X_FORWARDED_HOST": "attacker.example"},
    {"HTTP_REFERER": "https://attacker.example/", "HTTP_ORIGIN": "null"},
    {"HTTP_RUNFLOW_REQUEST_ID": "x" * 5000},
    {"QUERY_STRING": "signature=" + "0" * 64 + "&token=x&_method=GET&%00=%ff"},
    {"HTTP_IF_NONE_MATCH": "*", "HTTP_RANGE": "bytes=0-0", "HTTP_ACCEPT": "x/x"},
    {"HTTP_HOST": "shop.example:8443"},
    {"HTTP_EXPECT": "100-continue", "HTTP_CONTENT_ENCODING": "gzip"},
    {"HTTP_X_RUNFLOW_SIGNATURE": "0" * 64, "HTTP_X_SIGNATURE": "0" * 64},
)


@dataclass
class Knock:
    """One request, what is wrong with it, and what must be answered."""

    number: int
    secrets: Any
    run: Known
    path: str
    method: str = "POST"
    body: bytes = b""
    signature: str | None = None
    content_length: str | None = None
    stream: Body | None = None
    headers: dict[str, Any] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    status: int = 200

    @property
    def is_genuine(self) -> bool:
        return self.status == 200

    @property
    def is_authentic(self) -> bool:
        """Whether the sender has proved itself, so that the rows may be looked at."""
        return self.status in (200, 409) or "run: gone" in self.kinds

    @property
    def shown(self) -> str:
        """For a person who looks into a failure."""
        return repr(replace(self, body=self.body[:600]))

    @property
    def environ(self) -> dict[str, Any]:
        length = str(len(self.body)) if self.content_length is None else self.content_length
        environ = {
            "REQUEST_METHOD": self.method,
            "PATH_INFO": self.path,
            "CONTENT_LENGTH": length,
            "wsgi.input": self.stream or Body(self.body),
            **self.headers,
        }
        if self.signature is not None:
            environ["HTTP_RUNFLOW_SIGNATURE"] = self.signature
        return environ


class Generator:
    """Draws the ``number``-th request of a ``seed``, for the shop's ``runs``."""

    def __init__(self, seed: int, runs: Sequence[Known]) -> None:
        self.seed, self.runs = seed, runs
        self.with_id = [run for run in runs if run.has_id]

    def draw(self, number: int) -> Knock:
        rng = Random(f"{self.seed}:{number}")
        faults = set(rng.sample(FAULTS, rng.choices((0, 1, 2, 3), (10, 70, 15, 5))[0]))
        secrets, usable = rng.choice(SECRETS)
        if "secrets" in faults:
            secrets, usable = rng.choice(USELESS), ()
        if usable is None:
            faults.discard("signature")
        if "signature" in faults:
            faults.discard("length")  # who may say what signs a body that is not read?
        run = rng.choice(self.with_id if "run" in faults else self.runs)
        knock = Knock(number, secrets, run, run.path + rng.choice(("", "/")))
        fill(knock, rng, faults, self.runs)
        sign(knock, rng, faults, usable)
        disguise(knock, rng, faults, self.runs)
        knock.status = answer(faults, usable, knock.kinds)
        if not knock.kinds:
            knock.kinds.append("genuine")
        return knock


def answer(faults: set[str], usable: Sequence[str] | None, kinds: Sequence[str]) -> int:
    """What must be answered, by the order in which the contract names the refusals."""
    if "token: no route" in kinds:
        return 404
    refusals = {
        "method": 405,
        "hung up": 400,
        "size": 413,
        "token": 404,
        "secrets": 503,
        "signature": 401,
        "length": 400 if usable is None else 401,
        "document": 400,
        "run": 404 if "run: gone" in kinds else 409,
    }
    if "length: hung up" in kinds:
        faults = faults - {"length"} | {"hung up"}
    return next((status for fault, status in refusals.items() if fault in faults), 200)


def fill(knock: Knock, rng: Random, faults: set[str], runs: Sequence[Known]) -> None:
    """The body: a callback about the run, or about another, or none at all."""
    about = knock.run
    document = documents.genuine(rng, about)
    if "run" in faults:
        kind, knock.run, changes = wrong_run(rng, about, runs)
        knock.path = knock.run.path
        knock.kinds.append(f"run: {kind}")
        document |= changes
    if "document" in faults:
        knock.body = documents.spoiled(rng, document)
        knock.kinds.append("document")
    else:
        knock.body = documents.spell(rng, document)
    if "size" in faults:
        knock.body = knock.body.ljust(LIMIT + rng.choice((1, 1, 2, 100, 4096, 70_000)))
        knock.kinds.append("size: padded")


def wrong_run(rng: Random, run: Known, runs: Sequence[Known]) -> tuple[str, Known, dict[str, Any]]:
    """The kind, the run whose URL is called, and what is changed in the callback about ``run``."""
    other = rng.choice([other for other in runs if other.has_id and other.pk != run.pk])
    named = {"metadata": {"run": str(other.pk)}}
    odd = (None, 7, [], str(run.pk).upper(), run.pk.hex, str(run.pk) + " ", "")
    ways: dict[str, tuple[Known, dict[str, Any]]] = {
        "another's address": (other, {}),
        "another's id": (run, {"run_id": other.runflow_run_id}),
        "another's reference": (run, named),
        "another's id and reference": (run, {"run_id": other.runflow_run_id, **named}),
        "a reference that is none": (run, {"metadata": {"run": rng.choice(odd)}}),
        "an id that nobody has": (run, {"run_id": "01991d03-8dc0-7cba-a551-2100f80b56fc"}),
        "gone": (forgeries.ghost(rng), {}),
    }
    kind = rng.choice(list(ways))
    return kind, *ways[kind]


def sign(knock: Knock, rng: Random, faults: set[str], usable: Sequence[str] | None) -> None:
    """The signature: right under one of the secrets, or as a forger would have it."""
    secret = rng.choice(usable or (NEW, "", SHORT))
    knock.signature = forgeries.sign(knock.body, secret)
    if usable is None and rng.random() < 0.5:
        knock.signature = rng.choice((None, "", "0" * 64, "\xff" * 64))
    if "signature" not in faults:
        return
    way = rng.randrange(4)
    if "size" in faults:
        way = 3
    if way == 0 and knock.body:
        knock.body = forgeries.flipped(rng, knock.body)
        knock.kinds.append("signature: body flipped")
    elif way == 1:
        knock.body = respelled(knock.body)
        knock.kinds.append("signature: body re-serialised")
    else:
        kind = rng.choice(list(forgeries.HEADERS))
        knock.signature = forgeries.HEADERS[kind](rng, knock.body, secret)
        knock.kinds.append(f"signature: {kind}")


def respelled(body: bytes) -> bytes:
    """The same document in other bytes, or at least other bytes."""
    if b'": ' in body:
        return body.replace(b'": ', b'":')
    return body + b"\n" if len(body) < LIMIT else body[:-1] + b"\t"


def disguise(knock: Knock, rng: Random, faults: set[str], runs: Sequence[Known]) -> None:
    """Everything around the body: address, method, length and headers."""
    if "token" in faults:
        other = rng.choice([run for run in runs if run.pk != knock.run.pk])
        kind, path = forgeries.forged_path(rng, knock.run, other)
        knock.path = as_wsgi(path, rng)
        knock.kinds.append(f"token: {kind}")
        token = path.removeprefix(PATH).removesuffix("/")
        if not token or "/" in token:
            knock.kinds.append("token: no route")
    if "method" in faults:
        knock.method = rng.choice(METHODS)
        knock.kinds.append("method")
    if "size" in faults and rng.random() < 0.3:
        knock.stream, knock.content_length = EndlessBody(), str(10 ** rng.randrange(6, 20))
        knock.kinds.append("size: endless")
    elif "length" in faults:
        lie_about_length(knock, rng, faults)
    elif rng.random() < 0.05:
        # A length beyond the body is a lie, but all of the body is there.
        knock.content_length = str(len(knock.body) + rng.choice((1, 100, 10**12)))
    if (content_type := rng.choice(CONTENT_TYPES)) is not None:
        knock.headers["CONTENT_TYPE"] = content_type
    for headers in rng.sample(NEUTRAL, rng.choice((0, 0, 1, 3))):
        knock.headers |= headers


def lie_about_length(knock: Knock, rng: Random, faults: set[str]) -> None:
    """Only a part of the body, or none, can be read."""
    if not knock.body:
        faults.discard("length")  # of nothing, all is read whatever is said
        knock.content_length = rng.choice(LENGTHS[:-1])
        return
    if rng.random() < 0.2:
        knock.stream = CutBody(knock.body)
        knock.kinds.append("length: hung up")
    else:
        length = rng.choice(LENGTHS)
        # Half of the document, whatever space follows it.
        half = max(knock.body.rfind(b"}"), 0) // 2
        knock.content_length = str(half) if length == "half" else length
        knock.kinds.append("length: lied")
    faults.discard("size")  # what is not read is not too large


def as_wsgi(path: str, rng: Random) -> str:
    """The path as a server hands it on: bytes, each as one character."""
    try:
        raw = path.encode("latin-1")
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogateescape").decode("latin-1")
    return raw.decode("latin-1") if rng.random() < 0.5 else path.encode().decode("latin-1")
