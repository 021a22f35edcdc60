"""Which addresses are public, judged from the text of a URL or from an IP address.

Knows the special-purpose blocks of the Internet. Must not look a name up or open a connection.
"""

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django_product_isolation.web_addresses import split_address

IPAddress = IPv4Address | IPv6Address

# Our own table and not ``is_global``, whose answers differ between Python versions.
SPECIAL_IPV4 = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT, and a cloud's metadata service
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's platform service, reachable from every machine there
        "169.254.0.0/16",  # link-local, and most clouds' metadata service
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments, and a cloud's metadata service
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
# Everything outside it is refused: loopback, private, link- and site-local, NAT64, multicast ...
GLOBAL_UNICAST_IPV6 = ip_network("2000::/3")
SPECIAL_IPV6 = tuple(
    ip_network(block)
    for block in (
        "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which embeds any IPv4 address
        "3fff::/20",  # documentation
    )
)
# The last label of a public name starts with a letter: with a digit it would be an IP address in
# one of its unusual spellings.
FULL_NAME = re.compile(r"([a-z0-9_-]+\.)+[a-z][a-z0-9-]*")
PRIVATE_SUFFIXES = (
    ".corp",
    ".home",
    ".home.arpa",
    ".internal",
    ".intranet",
    ".invalid",
    ".lan",
    ".local",
    ".localdomain",
    ".localhost",
    ".private",
    ".test",
)
DEFAULT_PORTS = {"http": 80, "https": 443}


def is_public(address: IPAddress) -> bool:
    """Whether ``address`` can only be a host on the public Internet."""
    if isinstance(address, IPv4Address):
        return not any(address in block for block in SPECIAL_IPV4)
    if address.ipv4_mapped is not None:
        return is_public(address.ipv4_mapped)
    return address in GLOBAL_UNICAST_IPV6 and not any(address in block for block in SPECIAL_IPV6)


def origin(url: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port of an http(s) URL in lower case, None for anything else."""
    parts = split_address(url)
    default_port = DEFAULT_PORTS.get(parts.scheme)
    if default_port is None or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, parts.port or default_port


def is_loopback(url: str) -> bool:
    """Whether ``url`` names this machine itself: ``localhost`` or a loopback address."""
    place = origin(url)
    if place is None:
        return False
    host = place[1].removesuffix(".")
    address = _literal(host)
    if address is None:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback


def is_reachable_from_outside(url: str) -> bool:
    """Whether Runflow could fetch ``url``, as far as its text tells.

    True for https with a public address or a full public-looking name and no password in it.
    """
    place = origin(url)
    if place is None or place[0] != "https" or "@" in split_address(url).netloc:
        return False
    host = place[1].removesuffix(".")
    if address := _literal(host):
        return is_public(address)
    return bool(FULL_NAME.fullmatch(host)) and not host.endswith(PRIVATE_SUFFIXES)


def _literal(host: str) -> IPAddress | None:
    """The address that ``host`` spells out, with an IPv4 address in IPv6 dress undressed."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
