"""Sends drawn requests through the door and judges what each of them did."""

from collections.abc import Iterable

from .documents import LIMIT
from .door import Door, Seen
from .generator import Generator, Knock
from .rows import make_runs
from .tally import Tally

COUNTED = (
    "requests",
    "genuine",
    "forged",
    "accepted forged",
    "refused genuine",
    "5xx",
    "writes by unauthenticated",
    "queries by unauthenticated",
    "messages by refused",
    "files or sockets opened",
    "read beyond the limit",
    "another answer than due",
    "hint not taken",
)


def wrongs(knock: Knock, seen: Seen) -> Iterable[str]:
    """Which promises ``knock`` broke."""
    status = seen.status
    yield from ["accepted forged"] * (status < 400 and not knock.is_genuine)
    yield from ["refused genuine"] * (status != 200 and knock.is_genuine)
    # 503 is the contract's word for secrets of which none is usable.
    yield from ["5xx"] * (status >= 500 and status != knock.status)
    yield from ["another answer than due"] * (status != knock.status)
    if not knock.is_authentic:
        yield from ["writes by unauthenticated"] * bool(seen.writes)
        yield from ["queries by unauthenticated"] * bool(seen.statements)
    if not knock.is_genuine:
        yield from ["writes by unauthenticated"] * bool(seen.writes and knock.is_authentic)
        yield from ["messages by refused"] * bool(seen.messages)
    elif status == 200:
        due = [str(knock.run.pk)] if knock.run.waits else []
        yield from ["hint not taken"] * (seen.messages != due)
    yield from ["files or sockets opened"] * bool(seen.touched)
    yield from ["read beyond the limit"] * (seen.bytes_read > LIMIT + 1)


def fuzz(seed: int, numbers: Iterable[int]) -> Tally:
    """Draw and send these requests of a seed, against runs in every status."""
    generator, tally = Generator(seed, make_runs()), Tally(COUNTED)
    with Door().open() as door:
        for number in numbers:
            knock = generator.draw(number)
            door.use_secrets(knock.secrets)
            judge(knock, door.knock(knock.environ), tally, seed)
    return tally


def judge(knock: Knock, seen: Seen, tally: Tally, seed: int) -> None:
    tally.counts["requests"] += 1
    tally.counts["genuine" if knock.is_genuine else "forged"] += 1
    tally.kinds.update(knock.kinds)
    where = f"seed {seed}, request {knock.number}\n  {knock.shown}\n  due {knock.status}, {seen}"
    tally.count(list(wrongs(knock, seen)), where)
