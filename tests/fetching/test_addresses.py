import socket
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django_product_isolation.fetching.addresses import (
    is_loopback,
    is_public,
    is_reachable_from_outside,
    origin,
)

from .inside import (
    LOOPBACK_URLS,
    NOT_LOOPBACK_URLS,
    PRIVATE_URLS,
    PUBLIC,
    PUBLIC_URLS,
    REFUSED_BLOCKS,
)


@pytest.mark.parametrize("block", REFUSED_BLOCKS)
def test_first_middle_and_last_address_of_a_special_block_are_refused(block):
    network = ip_network(block)
    for offset in {0, network.num_addresses // 2, network.num_addresses - 1}:
        assert not is_public(network[offset])


@settings(deadline=None)
@given(data=st.data(), block=st.sampled_from(REFUSED_BLOCKS))
def test_any_address_of_a_special_block_is_refused(data, block):
    network = ip_network(block)
    assert not is_public(network[data.draw(st.integers(0, network.num_addresses - 1))])


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_allowed(address):
    assert is_public(ip_address(address))


@settings(deadline=None)
@given(st.ip_addresses(v=4) | st.ip_addresses(network="2000::/3"))
def test_address_outside_all_special_blocks_is_allowed(address):
    blocks = [ip_network(block) for block in REFUSED_BLOCKS]
    special = any(address in block for block in blocks if block.version == address.version)
    assert is_public(address) is not special


@settings(deadline=None)
@given(st.ip_addresses(v=4))
def test_ipv4_address_in_ipv6_dress_is_judged_as_ipv4(address):
    assert is_public(ip_address(f"::ffff:{address}")) == is_public(address)


@pytest.mark.parametrize("spelling", ["2130706433", "0x7f000001", "127.1", "0177.0.0.1", "0"])
def test_unusual_spelling_of_loopback_resolves_to_a_refused_address(spelling):
    found = socket.getaddrinfo(spelling, 443, family=socket.AF_INET, type=socket.SOCK_STREAM)
    assert [is_public(ip_address(answer[4][0])) for answer in found] == [False]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Files.Example.com/a?b", ("https", "files.example.com", 443)),
        ("http://127.0.0.1:8000", ("http", "127.0.0.1", 8000)),
        ("HTTP://[::1]/", ("http", "::1", 80)),
        ("ftp://example.com:21/", None),
        ("https:///a", None),
        ("https://example.com:port/", None),
        ("https://[broken/", None),
        ("/media/a.png", None),
        ("", None),
    ],
)
def test_origin_is_scheme_host_and_port(url, expected):
    assert origin(url) == expected


@pytest.mark.parametrize("url", LOOPBACK_URLS)
def test_url_of_this_machine_is_loopback(url):
    assert is_loopback(url)


@pytest.mark.parametrize("url", NOT_LOOPBACK_URLS)
def test_url_of_another_machine_is_not_loopback(url):
    assert not is_loopback(url)


@pytest.mark.parametrize("url", PUBLIC_URLS)
def test_public_https_url_is_reachable_from_outside(url):
    assert is_reachable_from_outside(url)


@pytest.mark.parametrize("url", PRIVATE_URLS)
def test_private_or_odd_url_is_not_reachable_from_outside(url):
    assert not is_reachable_from_outside(url)
