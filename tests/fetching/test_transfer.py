import gzip
import io
import itertools
import logging
import socket
import threading
import traceback

import pytest

from django_product_isolation.fetching.transfer import (
    CHUNK,
    MESSAGES,
    FetchError,
    fetch,
    is_refused,
    send_file,
)
from tests.fetching.inside import REDIRECTS
from tests.http_server import (
    HttpServer,
    certificate,
    free_port,
    hang_up,
    reply,
    reply_raw,
    say_nothing,
)
from tests.internet import Internet

PUBLIC = "93.184.215.14"
SECRET = "X-Amz-Signature=not-to-be-told"


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"), "files.example.com")


@pytest.fixture
def internet(monkeypatch, tls):
    internet = Internet(monkeypatch, trusted=tls[1])
    internet.names["files.example.com"] = [[PUBLIC]]
    return internet


@pytest.fixture
def public_server(internet, tls):
    """A server that files.example.com leads to, over real TLS."""
    with HttpServer(reply(b"a picture"), tls=tls[0]) as server:
        internet.routes[(PUBLIC, 443)] = ("127.0.0.1", server.server_port)
        yield server


def fetched(url, *, max_bytes=10_000_000, deadline=10.0, local_origin=None):
    into = io.BytesIO()
    fetch(url, into, max_bytes=max_bytes, deadline=deadline, local_origin=local_origin)
    return into.getvalue()


def failure(url, **options):
    with pytest.raises(FetchError) as caught:
        fetched(url, **options)
    return caught.value


def failure_of(answer, **options):
    """How fetching from a local server that gives ``answer`` fails."""
    with HttpServer(answer) as server:
        return failure(server.url + "/o.webp", local_origin=server.url, **options)


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
    assert failure("https://files.example.com/o.webp").code == "unsafe_address"
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


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_refused_link_asks_for_a_fresh_one(status):
    error = failure_of(reply(b"<Error/>", status=status))
    assert (error.code, error.can_retry) == ("link_refused", False)


@pytest.mark.parametrize(
    ("status", "refused"), [(200, False), (401, True), (403, True), (404, True), (503, False)]
)
def test_link_that_a_public_server_refuses_is_known_before_it_is_handed_out(
    internet, tls, status, refused
):
    with HttpServer(reply(b"x", status=status), tls=tls[0]) as server:
        internet.routes[(PUBLIC, 443)] = ("127.0.0.1", server.server_port)
        assert is_refused("https://files.example.com/a.jpg", deadline=10) is refused
        assert len(server.requests) == 1


@pytest.mark.parametrize("url", ["https://nowhere.example.com/a.jpg", "http://127.0.0.1/a.jpg"])
def test_link_that_cannot_be_tried_from_here_counts_as_good(internet, url):
    assert is_refused(url, deadline=10) is False
    assert internet.connects == []


@pytest.mark.parametrize("status", [204, 206, 408, 425, 429, 500, 502, 503])
def test_passing_trouble_of_the_server_can_be_tried_again(status):
    error = failure_of(reply(status=status))
    assert (error.code, error.can_retry) == ("unreachable", True)


def test_nobody_listening_can_be_tried_again():
    url = f"http://127.0.0.1:{free_port()}"
    error = failure(url, local_origin=url)
    assert (error.code, error.can_retry) == ("unreachable", True)


def test_file_of_exactly_the_limit_is_fetched_whole_and_in_order():
    body = bytes(range(256)) * 4 * 1024
    with HttpServer(reply(body)) as server:
        assert fetched(server.url, max_bytes=len(body), local_origin=server.url) == body


def test_announced_excess_is_refused_before_the_body_is_read():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"
    assert failure_of(reply_raw(head), max_bytes=1000).code == "too_large"


@pytest.mark.parametrize("coding", ["", "Transfer-Encoding: chunked\r\n"])
def test_endless_body_is_cut_at_the_limit(coding):
    head = b"HTTP/1.1 200 OK\r\n" + coding.encode() + b"\r\n"
    block = b"10000\r\n" + b"x" * 65536 + b"\r\n" if coding else b"x" * 65536
    into = io.BytesIO()
    with HttpServer(reply_raw(head, *[block] * 400)) as server, pytest.raises(FetchError) as caught:
        fetch(server.url, into, max_bytes=1_000_000, deadline=10, local_origin=server.url)
    assert (caught.value.code, caught.value.can_retry) == ("too_large", False)
    assert len(into.getvalue()) <= 1_000_000 + CHUNK


@pytest.mark.parametrize("encoding", ["gzip", "br", "zstd", "deflate", "gzip, gzip", "GZIP"])
def test_encoded_body_is_refused(encoding):
    bomb = gzip.compress(bytes(1_000_000))
    error = failure_of(reply(bomb, Content_Encoding=encoding))
    assert (error.code, error.can_retry) == ("encoded", False)


def test_identity_is_no_encoding_and_the_bytes_stay_as_they_are():
    body = gzip.compress(b"not to be opened")
    with HttpServer(reply(body, Content_Encoding="identity")) as server:
        assert fetched(server.url, local_origin=server.url) == body


@pytest.mark.parametrize(
    "reply_bytes",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\nhalf",
        b"not HTTP at all\r\n\r\n",
        b"",
    ],
)
def test_broken_reply_can_be_tried_again(reply_bytes):
    error = failure_of(reply_raw(reply_bytes))
    assert (error.code, error.can_retry) == ("cut_off", True)


def test_reset_connection_can_be_tried_again():
    assert failure_of(hang_up).code == "cut_off"


# Each server below would go on for at least 20 s; a fetch that only limits the single read
# would end with the whole file, or with another code.
@pytest.mark.parametrize(
    "answer",
    [
        say_nothing,
        reply_raw(b"HTTP/1.1 200 OK\r\n", *[b"X-Drip: drop\r\n"] * 90, every=0.25),
        reply_raw(b"HTTP/1.1 200 OK\r\nX-Drip: ", *[b"d"] * 100, b"\r\n\r\n", every=0.2),
        reply_raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *[b"d"] * 100, every=0.2),
        reply_raw(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            *[b"1\r\nd\r\n"] * 100,
            b"0\r\n\r\n",
            every=0.2,
        ),
    ],
    ids=["silent", "headers", "one header", "body", "chunks"],
)
def test_drip_feed_ends_at_the_deadline(answer):
    error = failure_of(answer, deadline=0.5)
    assert (error.code, error.can_retry) == ("too_slow", True)


def test_drip_feed_over_tls_ends_at_the_deadline(public_server):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
    public_server.answers = [reply_raw(head, *[b"d"] * 100, every=0.2)]
    assert failure("https://files.example.com/o.webp", deadline=0.5).code == "too_slow"


def test_deadline_that_has_passed_sends_nothing():
    with HttpServer(reply()) as server:
        assert failure(server.url, deadline=0, local_origin=server.url).code == "too_slow"
        assert server.requests == []


def test_error_while_writing_is_not_taken_for_one_of_the_network(tmp_path):
    class FullDisk(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    with HttpServer(reply(b"a picture")) as server, pytest.raises(OSError, match="No space left"):
        fetch(server.url, FullDisk(), max_bytes=100, deadline=10, local_origin=server.url)


def test_no_query_and_no_inner_address_in_errors_and_logs(internet, caplog):
    caplog.set_level(logging.DEBUG)
    internet.names["files.example.com"] = [["10.11.12.13"]]
    errors = [failure(f"https://files.example.com/o.webp?{SECRET}")]
    with pytest.raises(FetchError) as caught:
        sent(f"https://files.example.com/u?{SECRET}", b"a picture")
    errors.append(caught.value)
    for answer in (reply(status=403), hang_up, reply_raw(b"HTTP/1.1 2\r\n\r\n")):
        with HttpServer(answer) as server:
            url = f"{server.url}/o.webp?{SECRET}"
            errors.append(failure(url, local_origin=server.url))
            with pytest.raises(FetchError) as caught:
                sent(url, b"a picture", local_origin=server.url)
            errors.append(caught.value)
    told = "".join("".join(traceback.format_exception(error)) for error in errors)
    ours = "".join(r.getMessage() for r in caplog.records if r.name.startswith("django_product"))
    assert SECRET not in told + caplog.text
    assert "10.11.12.13" not in told + ours
    assert "GET / HTTP" in caplog.text  # urllib3 did log, only without the address


def test_every_code_has_a_message():
    assert [str(FetchError(code)).split(":")[0] for code in MESSAGES] == list(MESSAGES)


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
        (reply(status=307, Location="https://files.example.com/"), "unsafe_address"),
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
