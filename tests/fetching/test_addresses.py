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

# The registries of special-purpose addresses, and what translates into them. Written down apart
# from the table under test, which for IPv6 is an allow-list.
REFUSED_BLOCKS = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "100.100.100.200/32",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "169.254.169.254/32",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.192/32",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "233.252.0.0/24",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "::/128",
    "::1/128",
    "::/96",
    "::ffff:0:0:0/96",
    "::ffff:10.0.0.0/104",
    "::ffff:127.0.0.0/104",
    "::ffff:169.254.0.0/112",
    "::ffff:192.168.0.0/112",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:2::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001:db8::/32",
    "2002::/16",
    "3fff::/20",
    "4000::/3",
    "5f00::/16",
    "8000::/1",
    "fc00::/7",
    "fd00:ec2::254/128",
    "fd20:ce::254/128",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
    "ff02::1/128",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::200e"]


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


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000",
        "http://LOCALHOST",
        "http://localhost.",
        "http://api.localhost/",
        "https://127.0.0.1:8443/x",
        "http://127.9.9.9",
        "http://[::1]:8000",
        "http://[::ffff:127.0.0.1]/",
    ],
)
def test_url_of_this_machine_is_loopback(url):
    assert is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.runflow.io",
        "http://localhost.example.com",
        "http://notlocalhost",
        "http://10.0.0.1",
        "http://127.0.0.1.example.com",
        "localhost",
        "file://localhost/etc/passwd",
        "https://[::1",
    ],
)
def test_url_of_another_machine_is_not_loopback(url):
    assert not is_loopback(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://media.shop.example/a.jpg?X-Amz-Signature=1",
        "https://bucket.s3.eu-central-1.amazonaws.com/a.jpg",
        "https://shop.example:8443/a.jpg",
        "https://xn--mller-kva.example/a.jpg",
        "https://8.8.8.8/a.jpg",
        "https://[2606:4700::1111]/a.jpg",
    ],
)
def test_public_https_url_is_reachable_from_outside(url):
    assert is_reachable_from_outside(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://media.shop.example/a.jpg",
        "/media/a.jpg",
        "//media.shop.example/a.jpg",
        "https://localhost/a.jpg",
        "https://shop.localhost/a.jpg",
        "https://shop.local/a.jpg",
        "https://shop.local./a.jpg",
        "https://minio.internal/a.jpg",
        "https://nas.home.arpa/a.jpg",
        "https://shop.test/a.jpg",
        "https://minio/a.jpg",
        "https://minio:9000/a.jpg",
        "https://10.1.2.3/a.jpg",
        "https://192.168.1.2:9000/a.jpg",
        "https://[::ffff:10.0.0.1]/a.jpg",
        "https://[fd00::1]/a.jpg",
        "https://2130706433/a.jpg",
        "https://0x7f.1/a.jpg",
        "https://127.0.0.0x1/a.jpg",
        "https://user:secret@shop.example/a.jpg",
        "https://shop..example/a.jpg",
        "https://shop.example:nan/a.jpg",
        "data:image/png;base64,AA==",
        "",
    ],
)
def test_private_or_odd_url_is_not_reachable_from_outside(url):
    assert not is_reachable_from_outside(url)
