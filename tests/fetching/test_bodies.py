"""Replies without end, measured in a process of its own."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from tests.http_server import HttpServer, reply

ROOT = Path(__file__).parents[2]
MEGABYTE = 1024 * 1024
MOST_MEMORY = 100  # MB, the interpreter and requests included
FETCHING = """
import sys, tempfile
from django_product_isolation.fetching import FetchError, fetch
from tests.peak_memory import peak_memory
url, deadline = sys.argv[1], float(sys.argv[2])
with tempfile.TemporaryFile() as into:
    try:
        fetch(url, into, max_bytes=50 * 1024 * 1024, deadline=deadline, local_origin=url)
        code = "fetched"
    except FetchError as error:
        code = error.code
print(code, peak_memory())
"""


def fetched_apart(answer, deadline=60.0):
    """How a fetch in another process ended, and the most memory that it took, in MB."""
    with HttpServer(answer) as server:
        command = [sys.executable, "-c", FETCHING, server.url, str(deadline)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    code, memory = run.stdout.split()
    return code, int(memory)


def without_end(head, piece, every=0.0):
    """The same piece again and again for as long as somebody listens."""

    def answer(handler):
        handler.close_connection = True
        handler.wfile.write(head)
        while not handler.server.stopping.wait(every):
            handler.wfile.write(piece)
            handler.wfile.flush()

    return answer


OK = b"HTTP/1.1 200 OK\r\n"
ZEROS = bytes(MEGABYTE)
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CHUNK = b"100000\r\n" + ZEROS + b"\r\n"
BOMB = gzip.compress(ZEROS, 9) * 300  # members of one file


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (without_end(OK + b"\r\n", ZEROS), "too_large"),
        (without_end(CHUNKED, CHUNK), "too_large"),
        (without_end(CHUNKED + b"7fffffff\r\n", ZEROS), "too_large"),
        (without_end(OK + b"Content-Length: 1000000000000\r\n\r\n", ZEROS), "too_large"),
        (without_end(OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", ZEROS), "cut_off"),
        (without_end(OK + b"Content-Length: -5\r\n\r\n", ZEROS), "too_large"),
        (without_end(OK + b"Content-Length: 1000\r\n\r\n", ZEROS), "fetched"),
        (without_end(OK + b"X-Long: ", ZEROS), "cut_off"),
        (without_end(OK, b"X-Many: headers\r\n"), "cut_off"),
        (without_end(CHUNKED, b"1;" + ZEROS), "cut_off"),
        (without_end(CHUNKED + b"0\r\n", b"X-Trailer: drop\r\n"), "too_slow"),
        (
            without_end(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
            "too_slow",
        ),
        (without_end(OK + b"Content-Length: 100\r\n\r\n", b"d", every=0.2), "too_slow"),
        (reply(BOMB, Content_Encoding="gzip"), "encoded"),
        (reply(BOMB, Content_Encoding="br"), "encoded"),
        (reply(BOMB, Content_Encoding="zstd"), "encoded"),
        (reply(gzip.compress(BOMB), Content_Encoding="gzip, gzip"), "encoded"),
        (reply(BOMB, Content_Encoding="identity, gzip"), "encoded"),
        (reply(BOMB), "fetched"),
    ],
)
def test_reply_without_end_takes_neither_memory_nor_time(answer, code):
    patience = 2.0 if code == "too_slow" else 60.0
    ended, memory = fetched_apart(answer, patience)
    assert ended == code
    assert memory < MOST_MEMORY
