import io
import itertools
import socket
import threading

import pytest

from django_product_isolation.fetching.transfer import (
    FetchError,
    fetch,
    send_file,
)
from tests.fetching.inside import REDIRECTS
from tests.http_server import (
    HttpServer,
    free_port,
    hang_up,
    reply,
)

from .conftest import PUBLIC


def fetched(url, *, max_bytes=10_000_000, deadline=10.0, local_origin=None):
    into = io.BytesIO()
    fetch(url, into, max_bytes=max_bytes, deadline=deadline, local_origin=local_origin)
    return into.getvalue()


def failure(url, **options):
    with pytest.raises(FetchError) as caught:
        fetched(url, **options)
    return caught.value


def test_file_at_a_public_https_address_is_fetched(public_server, internet):
    assert fetched("https://files.example.com/o/teapot.webp?sig=1") == b"a picture"
    (request,) = public_server.requests
    assert (request.method, request.target) == ("GET", "/o/teapot.webp?sig=1")
    assert request.headers["Host"] == "files.example.com"
    assert internet.connects == [PUBLIC]


def test_request_carries_nothing_that_tells_who_we_are(public_server):
    fetched("https://files.example.com/o.webp")
    names = {name.lower() for name in public_server.requests[0].headers}
    assert names == {"host", "user-agent", "accept-encoding", "connection"}


def test_name_is_looked_up_once_and_the_checked_address_is_connected_to(public_server, internet):
    internet.names["files.example.com"] = [[PUBLIC], ["127.0.0.1"]]
    assert fetched("https://files.example.com/o.webp") == b"a picture"
    assert internet.lookups == ["files.example.com"]
    assert internet.connects == [PUBLIC]


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "168.63.129.16",
        "::1",
        "fec0::1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
    ],
)
def test_name_that_leads_inside_is_not_connected_to(internet, address):
    internet.names["files.example.com"] = [[address]]
    error = failure("https://files.example.com/o.webp")
    assert (error.code, error.can_retry) == ("unsafe_address", False)
    assert internet.connects == []


def test_whatever_the_mix_of_answers_no_private_address_is_connected_to(public_server, internet):
    for addresses in itertools.permutations([PUBLIC, "127.0.0.1", "10.0.0.1"]):
        internet.names["files.example.com"] = [list(addresses)]
        try:
            fetched("https://files.example.com/o.webp")
        except FetchError as error:
            assert error.code == "unsafe_address"
    assert set(internet.connects) == {PUBLIC}


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/o.webp",
        "https://files.example.com:8443/o.webp",
        "https://files.example.com:22/o.webp",
        "https://user:secret@files.example.com/o.webp",
        "https://user@files.example.com/o.webp",
        "ftp://files.example.com/o.webp",
        "file:///etc/passwd",
        "data:image/png;base64,AA==",
        "//files.example.com/o.webp",
        "files.example.com/o.webp",
        "https:///o.webp",
        "https://[::1/o.webp",
        "https://files.example.com:port/o.webp",
        "https://127.0.0.1/o.webp",
        "https://2130706433/o.webp",
        "https://0x7f.1/o.webp",
        "https://[::1]/o.webp",
        "https://[::ffff:10.0.0.1]/o.webp",
        "https://[fe80::1]/o.webp",
        "https://localhost/o.webp",
        "https://" + "a" * 64 + ".example.com/o.webp",
        "https://\ud800.example.com/",
        "",
    ],
)
def test_unsafe_url_is_refused_without_a_connection(internet, url):
    assert failure(url).code == "unsafe_address"
    assert internet.connects == []


def test_backslash_does_not_smuggle_in_another_host(internet):
    internet.names["evil.example.com"] = [["10.0.0.1"]]
    assert failure("https://evil.example.com\\@files.example.com/o.webp").code == "unsafe_address"
    assert internet.connects == []


@pytest.mark.parametrize("place", REDIRECTS)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(public_server, internet, status, place):
    public_server.answers = [reply(status=status, Location=place)]
    assert failure("https://files.example.com/o.webp").code == "redirected"
    assert len(public_server.requests) == 1
    assert internet.connects == [PUBLIC]


def test_certificate_of_another_name_is_refused(public_server, internet):
    internet.names["other.example.com"] = [[PUBLIC]]
    error = failure("https://other.example.com/o.webp")
    assert (error.code, error.can_retry) == ("unreachable", True)
    assert public_server.requests == []


def test_name_that_does_not_resolve_can_be_tried_again(internet):
    internet.names["files.example.com"] = [[]]
    error = failure("https://files.example.com/o.webp")
    assert (error.code, error.can_retry) == ("unreachable", True)


def test_proxy_and_netrc_of_the_environment_are_not_used(public_server, monkeypatch, tmp_path):
    with HttpServer(reply()) as decoy:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, decoy.url)
        (tmp_path / "netrc").write_text("machine files.example.com login a password b")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        assert fetched("https://files.example.com/o.webp") == b"a picture"
        assert decoy.requests == []
    assert "Authorization" not in public_server.requests[0].headers


def test_own_origin_is_allowed_when_the_base_url_is_loopback():
    with HttpServer(reply(b"a picture")) as server:
        assert fetched(server.url + "/o.webp?a=b", local_origin=server.url + "/api") == b"a picture"
        assert server.requests[0].target == "/o.webp?a=b"


def test_other_ports_names_and_schemes_of_this_machine_stay_refused(internet):
    with HttpServer(reply()) as server:
        port = server.server_port
        for url in (
            f"http://127.0.0.1:{free_port()}/",
            f"http://localhost:{port}/",
            f"http://127.0.0.2:{port}/",
            f"https://127.0.0.1:{port}/",
            f"http://user@127.0.0.1:{port}/",
        ):
            assert failure(url, local_origin=server.url).code == "unsafe_address"
        assert server.requests == []


def test_base_url_that_is_not_loopback_opens_nothing(internet):
    internet.names["api.internal"] = [["10.0.0.1"]]
    for base in ("http://api.internal", "https://api.internal", "http://10.0.0.1"):
        assert failure(base + "/o.webp", local_origin=base).code == "unsafe_address"
    assert internet.connects == []


def sent(url, body, **options):
    send_file(url, io.BytesIO(body), mime_type="image/png", size=len(body), deadline=10, **options)


def test_file_is_sent_whole_with_its_type_and_size():
    body = bytes(range(256)) * 1000
    with HttpServer(reply(status=204)) as server:
        sent(server.url + "/u?sig=1", body, local_origin=server.url)
        (request,) = server.requests
    assert (request.method, request.target, request.body) == ("PUT", "/u?sig=1", body)
    assert request.headers["Content-Type"] == "image/png"
    assert request.headers["Content-Length"] == str(len(body))
    assert {"Authorization", "Transfer-Encoding"}.isdisjoint(request.headers)


def test_file_is_sent_from_its_beginning_wherever_it_stands():
    file = io.BytesIO(b"a picture")
    file.read()
    with HttpServer(reply(status=201)) as server:
        url = server.url
        send_file(url, file, mime_type="image/png", size=9, deadline=10, local_origin=url)
        assert server.requests[0].body == b"a picture"


def test_file_is_sent_to_a_public_address_over_tls(public_server):
    sent("https://files.example.com/u?sig=1", b"a picture")
    assert public_server.requests[0].body == b"a picture"


@pytest.mark.parametrize("url", ["http://files.example.com/u", "https://10.0.0.1/u", "ftp://a/u"])
def test_file_is_not_sent_to_an_unsafe_address(internet, url):
    with pytest.raises(FetchError, match="unsafe_address"):
        sent(url, b"a picture")
    assert internet.connects == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (reply(status=403), "link_refused"),
        (reply(status=307, Location="https://files.example.com/"), "redirected"),
        (reply(status=503), "unreachable"),
        (hang_up, "cut_off"),
    ],
)
def test_upload_that_fails_says_how(answer, code):
    with HttpServer(answer) as server, pytest.raises(FetchError) as caught:
        sent(server.url, b"a picture", local_origin=server.url)
    assert caught.value.code == code


@pytest.mark.parametrize("sip", [0, 1_000_000])
def test_server_that_reads_nothing_or_in_sips_ends_at_the_deadline(sip):
    """In sips the whole body would take seconds, though no single write waits long."""
    over, received = threading.Event(), []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        reader = threading.Thread(target=read_in_sips, args=(listener, sip, over, received))
        reader.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        file, size = io.BytesIO(bytes(20_000_000)), 20_000_000
        with pytest.raises(FetchError) as caught:
            send_file(url, file, mime_type="a/b", size=size, deadline=0.5, local_origin=url)
        over.set()
        reader.join()
    assert caught.value.code == "too_slow"
    assert sum(received) < size / 2  # the rest was never sent, or stuck in buffers


def read_in_sips(listener, sip, over, received):
    connection, _ = listener.accept()
    with connection:
        while not over.wait(0.1):
            if sip:
                received.append(len(connection.recv(sip)))
