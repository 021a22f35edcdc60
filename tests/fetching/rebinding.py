"""Names whose addresses change from one look-up to the next."""

import io
from random import Random

from django_product_isolation.fetching import FetchError, fetch

from .inside import PUBLIC
from .sockets import Sockets

INSIDE = (
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "192.168.1.1",
    "168.63.129.16",
    "::1",
    "fec0::1",
    "fd00:ec2::254",
    "::127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
)


def failure(url: str) -> str:
    """The code that fetching ends with; nothing can be fetched where no connection is made."""
    try:
        fetch(url, io.BytesIO(), max_bytes=1000, deadline=20)
    except FetchError as error:
        return error.code
    raise AssertionError(f"fetched {url!r}")


def rebind(seed: int) -> tuple[Sockets, int]:
    """Fetch several times from a name that answers as ``seed`` says; and how often that was."""
    chance = Random(seed)

    def answers(host):
        places = chance.choice((PUBLIC, PUBLIC, INSIDE, [*PUBLIC, *INSIDE]))
        return chance.choices(places, k=chance.randrange(1, 5))

    times = chance.randrange(1, 4)
    with Sockets(answers).installed() as sockets:
        for _ in range(times):
            failure("https://files.example.com/o.webp")
    return sockets, times
