import ipaddress

import pytest
from requests_hardened.ip_filter import InvalidIPAddress, filter_host

from django_product_isolation.fetching.addresses import is_public

from .inside import REFUSED_BLOCKS, SPELLINGS, ends_and_middle, urls_inside
from .rebinding import failure, rebind
from .sockets import Sockets, is_private


def test_no_spelling_of_an_inner_address_is_connected_to():
    assert len(set(SPELLINGS)) >= 60
    with Sockets().installed() as sockets:
        codes = {failure(url) for url in urls_inside()}
    assert codes == {"unsafe_address", "unreachable"}
    assert sockets.connects == []
    assert len(sockets.lookups) > 50  # many come as far as the resolver


@pytest.mark.parametrize("family", [4, 6])
def test_no_address_of_a_special_block_is_connected_to(family):
    blocks = list(map(ipaddress.ip_network, REFUSED_BLOCKS))
    with Sockets().installed() as sockets:
        for block in blocks:
            if block.version == family:
                for address in ends_and_middle(block):
                    host = f"[{address}]" if family == 6 else str(address)
                    assert failure(f"https://{host}/o.webp") == "unsafe_address"
    assert sockets.connects == []


def test_public_address_is_connected_to():
    with Sockets().installed() as sockets:
        assert failure("https://8.8.8.8/o.webp") == "unreachable"
        assert failure("https://[2606:4700::1111]/o.webp") == "unreachable"
    assert sockets.connects == ["8.8.8.8", "2606:4700::1111"]


def test_name_whose_addresses_change_is_looked_up_once_for_each_connection():
    connects = 0
    for seed in range(200):
        sockets, times = rebind(seed)
        assert sockets.lookups.count("files.example.com") == times
        assert not sockets.private_connects
        connects += len(sockets.connects)
    assert connects > 50  # the public answers do lead to a connection


def lets_through(address):
    """Whether requests-hardened alone would have connected there."""
    try:
        filter_host(str(address), 443, allow_loopback=False)
    except InvalidIPAddress:
        return False
    return True


def test_what_pins_the_address_would_let_some_inner_ones_through():
    """Why there is a table of our own. Once it is empty on every Python, ours may go."""
    always = ("168.63.129.16", "fec0::1")  # whatever the version of Python
    assert all(lets_through(address) and is_private(address) for address in always)
    ends = {end for block in REFUSED_BLOCKS for end in ends_and_middle(ipaddress.ip_network(block))}
    passed = {address for address in ends if lets_through(address)}
    assert passed
    assert not any(is_public(address) for address in passed)
