"""Tokens and signatures as somebody would make them who has neither our key nor a secret."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from random import Random
from urllib.parse import quote
from uuid import UUID

from django.core.signing import Signer

from .rows import PATH, Known

SALT = "django_product_isolation.callback"


def sign(body: bytes, secret: str, digest: str = "sha256") -> str:
    """By the contract's words, apart from the code under test."""
    return hmac.new(secret.encode(), body, digest).hexdigest()


def flipped(rng: Random, data: bytes) -> bytes:
    """``data`` with one to three of its bits changed."""
    changed = bytearray(data)
    for bit in rng.sample(range(len(data) * 8), rng.choice((1, 1, 2, 3))):
        changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def replaced(rng: Random, text: str, alphabet: str) -> str:
    """``text`` with one of its characters replaced by another."""
    at = rng.randrange(len(text))
    return text[:at] + rng.choice(alphabet.replace(text[at], "")) + text[at + 1 :]


Token = Callable[[Random, Known, Known], str]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TOKENS: dict[str, Token] = {
    "flipped": lambda rng, run, other: latin(flipped(rng, run.token.encode()), run.token),
    "a letter changed": lambda rng, run, other: replaced(rng, run.token, LETTERS),
    "cut": lambda rng, run, other: run.token[: rng.randrange(1, len(run.token))],
    "beheaded": lambda rng, run, other: run.token[rng.randrange(1, len(run.token)) :],
    "longer": lambda rng, run, other: run.token + rng.choice("Aa=~.\x00\n \u00e9") * 3,
    "capitals": lambda rng, run, other: run.token.upper(),
    "other case": lambda rng, run, other: run.token.swapcase(),
    "twice": lambda rng, run, other: run.token + run.token,
    "run only": lambda rng, run, other: rng.choice((str(run.pk), run.pk.hex, f"{run.pk.hex}~")),
    "signature only": lambda rng, run, other: run.token[run.token.index("~") :],
    "another's signature": lambda rng, run, other: (
        run.token.partition("~")[0] + "~" + other.token.partition("~")[2]
    ),
    "dashed": lambda rng, run, other: f"{run.pk}~{run.token.partition('~')[2]}",
    "braced": lambda rng, run, other: "{" + run.pk.hex + "}~" + run.token.partition("~")[2],
    "other separator": lambda rng, run, other: run.token.replace("~", rng.choice(":.;,!~ ") * 2),
    "no salt": lambda rng, run, other: Signer(sep="~").sign(run.pk.hex),
    "foreign key": lambda rng, run, other: Signer(key="another", salt=SALT, sep="~").sign(
        run.pk.hex
    ),
    "empty key": lambda rng, run, other: Signer(key=" ", salt=SALT, sep="~").sign(run.pk.hex),
    "no run inside": lambda rng, run, other: Signer(salt=SALT, sep="~").sign(
        rng.choice(("", "x", run.pk.hex[:-1], "'; DROP TABLE x; --", "\x00"))
    ),
    "coded twice": lambda rng, run, other: quote(run.token, safe="").replace("~", "%7E"),
    "other letters": lambda rng, run, other: (
        run.token.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789"}) + "\u00a0"
    ),
    "long": lambda rng, run, other: rng.choice((run.token, "A", "~", "%")) * rng.choice((99, 300)),
    "noise": lambda rng, run, other: rng.randbytes(rng.randrange(1, 120)).decode("latin-1"),
    "folders": lambda rng, run, other: rng.choice(
        ("../" + run.token, run.token + "/..", "./" + run.token, "a/" + run.token, "/", "//")
    ),
    "newline after the slash": lambda rng, run, other: run.token + rng.choice(("/\n", "//", "/ ")),
}


def latin(data: bytes, before: str) -> str:
    """As a path is decoded; flipped bits may have made a slash at the end, which is allowed."""
    text = data.decode("latin-1")
    return text + "x" if text.rstrip("/") == before else text


def forged_path(rng: Random, run: Known, other: Known) -> tuple[str, str]:
    """The kind, and a path whose token was not made for any run here."""
    kind = rng.choice(list(TOKENS))
    return kind, PATH + TOKENS[kind](rng, run, other)


# What stands in the header, given the body and the secret that would be right.
Header = Callable[[Random, bytes, str], str | None]
FOREIGN = "whsec_foreign_0123456789abcdef"
HEADERS: dict[str, Header] = {
    "missing": lambda rng, body, secret: None,
    "empty": lambda rng, body, secret: rng.choice(("", " ", "\t", "null", "0")),
    "short": lambda rng, body, secret: sign(body, secret)[: rng.randrange(64)],
    "long": lambda rng, body, secret: (
        sign(body, secret) + rng.choice(("0", " ", "\n", "\r\n", "é"))
    ),
    "very long": lambda rng, body, secret: sign(body, secret) * 200,
    "twice": lambda rng, body, secret: ",".join([sign(body, secret)] * 2),
    "beside a wrong one": lambda rng, body, secret: f"{'0' * 64}, {sign(body, secret)}",
    "space before": lambda rng, body, secret: rng.choice(" \t\n\x00") + sign(body, secret),
    "capitals": lambda rng, body, secret: capitals(sign(body, secret)),
    "prefixed": lambda rng, body, secret: (
        rng.choice(("sha256=", "v1,", "v1=", "t=1,v1=", "0x", "hex:", "Bearer "))
        + sign(body, secret)
    ),
    "not ASCII": lambda rng, body, secret: sign(body, secret)[:-1] + rng.choice("é\x00ÿ\x80²"),
    "noise": lambda rng, body, secret: rng.randbytes(64).decode("latin-1"),
    "a digit changed": lambda rng, body, secret: replaced(
        rng, sign(body, secret), "0123456789abcdef"
    ),
    "bits flipped": lambda rng, body, secret: flipped(rng, sign(body, secret).encode()).decode(
        "latin-1"
    ),
    "reversed": lambda rng, body, secret: sign(body, secret)[::-1] + "0",
    "zeros": lambda rng, body, secret: rng.choice("0f") * 64,
    "base64": lambda rng, body, secret: base64.b64encode(
        bytes.fromhex(sign(body, secret))
    ).decode(),
    "other digest": lambda rng, body, secret: sign(
        body, secret, rng.choice(("sha1", "sha512", "sha3_256", "blake2s"))
    ),
    "plain hash": lambda rng, body, secret: hashlib.sha256(secret.encode() + body).hexdigest(),
    "foreign secret": lambda rng, body, secret: sign(body, FOREIGN),
    "no secret": lambda rng, body, secret: sign(body, rng.choice(("", " ", "None", "whsec_"))),
    "half the secret": lambda rng, body, secret: sign(
        body, rng.choice((secret[6:], secret[:-1], secret + "\n", secret.upper()))
    ),
    "short secret": lambda rng, body, secret: sign(body, "whsec_short"),
    "other body": lambda rng, body, secret: sign(
        rng.choice((b"x", body + b"\n", body[1:], body.strip() + b"  ")), secret
    ),
    "of the body's hash": lambda rng, body, secret: sign(hashlib.sha256(body).digest(), secret),
}


def capitals(signature: str) -> str:
    return signature.upper() if signature.upper() != signature else "A" * 64


def ghost(rng: Random) -> Known:
    """A run that is gone, with a token as we would have made it."""
    pk = UUID(int=rng.getrandbits(128), version=4)
    token = Signer(salt=SALT, sep="~").sign(pk.hex)
    return Known(pk, token, f"01991d03-{pk}", "gone")
