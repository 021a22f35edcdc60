"""What servers answer, how much of it is read, and for how long."""

import gzip
import hashlib
import io
import logging
import traceback

import pytest

from django_product_isolation.fetching.transfer import (
    CHUNK,
    MESSAGES,
    FetchError,
    fetch,
    serves,
)
from tests.http_server import (
    HttpServer,
    free_port,
    hang_up,
    reply,
    reply_raw,
    say_nothing,
)

from .test_transfer import PUBLIC, failure, fetched, sent

SECRET = "X-Amz-Signature=not-to-be-told"


def failure_of(answer, **options):
    """How fetching from a local server that gives ``answer`` fails."""
    with HttpServer(answer) as server:
        return failure(server.url + "/o.webp", local_origin=server.url, **options)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_refused_link_asks_for_a_fresh_one(status):
    error = failure_of(reply(b"<Error/>", status=status))
    assert (error.code, error.can_retry) == ("link_refused", False)


PICTURE = {"sha256": hashlib.sha256(b"a picture").hexdigest(), "size": 9, "deadline": 10}


@pytest.mark.parametrize(
    ("answer", "is_served"),
    [
        (reply(b"a picture"), True),
        (reply(b"b picture"), False),
        (reply(b"a pictur"), False),
        (reply(b"a picture and more"), False),
        (reply(b"a picture", status=401), False),
        (reply(b"a picture", status=403), False),
        (reply(b"a picture", status=404), False),
        (reply(b"a picture", status=302, Location="https://files.example.com/login"), False),
        (reply(b"a picture", status=503), None),
        (hang_up, None),
    ],
)
def test_what_a_public_server_hands_out_is_known_before_its_link_is(
    internet, tls, answer, is_served
):
    with HttpServer(answer, tls=tls[0]) as server:
        internet.routes[(PUBLIC, 443)] = ("127.0.0.1", server.server_port)
        assert serves("https://files.example.com/a.jpg", **PICTURE) is is_served
        assert len(server.requests) == 1


@pytest.mark.parametrize("url", ["https://nowhere.example.com/a.jpg", "http://127.0.0.1/a.jpg"])
def test_of_a_link_that_cannot_be_tried_from_here_nothing_is_known(internet, url):
    assert serves(url, **PICTURE) is None
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
