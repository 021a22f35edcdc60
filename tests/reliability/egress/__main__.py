"""The counted run; see the package."""

import argparse
import io
import itertools
import logging
import sys
from collections import Counter
from dataclasses import dataclass, field
from ipaddress import ip_network

from django_product_isolation.fetching import FetchError, fetch
from tests.fetching.inside import REDIRECTS, REFUSED_BLOCKS, SPELLINGS, ends_and_middle, urls_inside
from tests.fetching.rebinding import failure, rebind
from tests.fetching.sockets import Sockets
from tests.http_server import HttpServer, reply

STATUSES = (301, 302, 303, 307, 308)


@dataclass
class Tally:
    """What was tried, how it ended, and what must not have been."""

    counts: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    connects: int = 0
    wrong: list[str] = field(default_factory=list)

    def expect(self, holds: bool, what: str) -> None:
        if not holds:
            self.wrong.append(what)

    def fetch_all(self, what: str, urls: list[str]) -> None:
        """None of these may be connected to."""
        with Sockets().installed() as sockets:
            for url in urls:
                self.codes[failure(url)] += 1
        self.counts[what] += len(urls)
        self.expect(not sockets.connects, f"{what}: connected to {sockets.connects[:5]}")


def addresses() -> list[str]:
    found = [a for block in REFUSED_BLOCKS for a in ends_and_middle(ip_network(block))]
    return [f"https://[{a}]/" if a.version == 6 else f"https://{a}/" for a in found]


def follow(tally: Tally, status: int, place: str) -> None:
    with HttpServer(reply(status=status, Location=place)) as server:
        try:
            fetch(server.url, io.BytesIO(), max_bytes=9, deadline=20, local_origin=server.url)
        except FetchError as error:
            tally.codes[error.code] += 1
            tally.expect(error.code == "unsafe_address", f"{status} to {place}: {error.code}")
        tally.expect(len(server.requests) == 1, f"{status} to {place} was followed")
    tally.counts["redirects"] += 1


def change_addresses(tally: Tally, seed: int) -> None:
    sockets, times = rebind(seed)
    tally.counts["rebinding sequences"] += 1
    tally.counts["fetches in them"] += times
    tally.connects += len(sockets.connects)
    tally.expect(sockets.lookups.count("files.example.com") == times, f"{seed}: looked up again")
    tally.expect(not sockets.private_connects, f"{seed}: connected to {sockets.private_connects}")
    tally.counts["private connects"] += len(sockets.private_connects)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.disable()
    tally = Tally(Counter({"blocks": len(REFUSED_BLOCKS), "spellings": len(SPELLINGS)}))
    tally.counts["private connects"] = 0
    tally.fetch_all("addresses of the blocks", addresses())
    tally.fetch_all("URLs of the spellings", urls_inside())
    for status, place in itertools.product(STATUSES, REDIRECTS):
        follow(tally, status, place)
    for number in range(options.sequences):
        change_addresses(tally, options.seed * 1_000_000 + number)
    return report(tally)


def report(tally: Tally) -> int:
    for name, count in tally.counts.items():
        print(f"{name}: {count}")
    print(f"public connects in sequences: {tally.connects}")
    print(f"ended as: {dict(sorted(tally.codes.items()))}")
    print(f"violations: {len(tally.wrong)}")
    print(*tally.wrong[:20], sep="\n", end="\n" if tally.wrong else "")
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
