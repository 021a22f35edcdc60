"""Ways to damage a picture file, each decided by a random number generator alone."""

import struct
from collections.abc import Callable
from random import Random

from .seeds import chunk, small

HEAVY_EVERY = 2500  # files; they take a thousand times as long


def mutated(seed: int, number: int, heavy: dict[str, bytes]) -> tuple[str, bytes]:
    """What was done to which picture, and the file: for one number always the same."""
    chance = Random(f"{seed}:{number}")
    if number % HEAVY_EVERY == 0:
        return list(heavy.items())[number // HEAVY_EVERY % len(heavy)]
    name = chance.choice(list(small()))
    body, done = small()[name], []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        way = chance.choice(WAYS)
        body = way(chance, body) if body else body
        done.append(way.__name__)
    return f"{name}: {', '.join(done)}", body


def flip_bits(chance: Random, body: bytes) -> bytes:
    damaged = bytearray(body)
    for _ in range(chance.choice((1, 1, 2, 5, 20))):
        damaged[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def flip_bits_and_mend(chance: Random, body: bytes) -> bytes:
    """Damage that the checksums of a PNG do not give away."""
    damaged = flip_bits(chance, body)
    parts = parts_of(damaged)
    if not body.startswith(b"\x89PNG") or len(parts) < 2:
        return damaged
    return parts[0] + b"".join(chunk(part[4:8], part[8:-4]) for part in parts[1:])


def set_bytes(chance: Random, body: bytes) -> bytes:
    at, length = chance.randrange(len(body)), chance.randrange(1, 9)
    value = chance.choice((b"\0", b"\xff", b"\xff\xd9", b"\x7f", chance.randbytes(8)))
    return body[:at] + (value * length)[:length] + body[at + length :]


def cut(chance: Random, body: bytes) -> bytes:
    return body[: len(body) * chance.randrange(100) // 100]


def leave_out(chance: Random, body: bytes) -> bytes:
    at = chance.randrange(len(body))
    return body[:at] + body[at + chance.choice((1, 2, 10, 100)) :]


def append(chance: Random, body: bytes) -> bytes:
    other = small()[chance.choice(list(small()))]
    return body + chance.choice((b"<script>", chance.randbytes(50), other, b"\xff\xd9", b"\0"))


def prepend(chance: Random, body: bytes) -> bytes:
    return chance.choice((b"<!doctype html>", b"PK\x03\x04", b"\0", b"\xff", b"GIF89a")) + body


def splice(chance: Random, body: bytes) -> bytes:
    """The beginning of one file and the end of another."""
    other = small()[chance.choice(list(small()))]
    share = chance.random()
    return body[: int(len(body) * share)] + other[int(len(other) * share) :]


def swap_parts(chance: Random, body: bytes) -> bytes:
    parts = parts_of(body)
    one, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    parts[one], parts[other] = parts[other], parts[one]
    return b"".join(parts)


def repeat_part(chance: Random, body: bytes) -> bytes:
    parts = parts_of(body)
    part = chance.choice(parts)
    parts[chance.randrange(len(parts)) : 0] = [part] * chance.choice((1, 1, 3))
    return b"".join(parts)


def drop_part(chance: Random, body: bytes) -> bytes:
    parts = parts_of(body)
    del parts[chance.randrange(len(parts))]
    return b"".join(parts)


def graft_part(chance: Random, body: bytes) -> bytes:
    """A part of another file among ours."""
    parts = parts_of(body)
    other = parts_of(small()[chance.choice(list(small()))])
    parts.insert(chance.randrange(len(parts) + 1), chance.choice(other))
    return b"".join(parts)


def lie_about_size(chance: Random, body: bytes) -> bytes:
    """Another width or height in the header, checksums mended."""
    size = chance.choice((0, 1, 79, 81, 119, 121, 240, 4000, 16_383, 65_535, 2**31 - 1))
    if body.startswith(b"\x89PNG") and len(body) > 33:
        at = chance.choice((0, 4))
        header = body[16 : 16 + at] + struct.pack(">I", size) + body[20 + at : 29]
        return body[:8] + chunk(b"IHDR", header) + body[33:]
    for marker in (b"\xff\xc0", b"\xff\xc2", b"VP8X", b"VP8 ", b"VP8L"):
        at = body.find(marker)
        if at >= 0:
            at += {b"VP8X": 12, b"VP8 ": 14, b"VP8L": 9}.get(marker, 5) + chance.choice((0, 2))
            return body[:at] + struct.pack(">H", size & 0xFFFF) + body[at + 2 :]
    return body


WAYS: tuple[Callable[[Random, bytes], bytes], ...] = (
    flip_bits,
    flip_bits_and_mend,
    set_bytes,
    cut,
    leave_out,
    append,
    prepend,
    splice,
    swap_parts,
    repeat_part,
    drop_part,
    graft_part,
    lie_about_size,
)


def parts_of(body: bytes) -> list[bytes]:
    """The chunks or segments of a file, as far as they can be told apart; joined they are it."""
    if body.startswith(b"\x89PNG"):
        return split(body, 8, lambda at: 12 + int.from_bytes(body[at : at + 4], "big"))
    if body.startswith(b"RIFF"):
        even = lambda size: size + size % 2  # noqa: E731
        return split(body, 12, lambda at: 8 + even(int.from_bytes(body[at + 4 : at + 8], "little")))
    if body.startswith(b"\xff\xd8"):
        return split(body, 2, lambda at: segment_size(body, at))
    return [body[: len(body) // 2], body[len(body) // 2 :]]


def split(body: bytes, at: int, size_at: Callable[[int], int]) -> list[bytes]:
    parts = [body[:at]]
    while at < len(body):
        end = at + size_at(at)
        parts.append(body[at:end])
        at = end
    return parts


def segment_size(body: bytes, at: int) -> int:
    """A JPEG's segment; a scan with all that follows up to the next table, scan or end."""
    if body[at + 1 : at + 2] != b"\xda":
        return 2 + int.from_bytes(body[at + 2 : at + 4], "big")
    following = [body.find(bytes((0xFF, marker)), at + 2) for marker in (0xC4, 0xDA, 0xDB, 0xD9)]
    return min((found for found in following if found > 0), default=len(body)) - at
