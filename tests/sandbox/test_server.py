import logging
import socket
import sqlite3
import threading
import time

import pytest
import requests
from django.core.signals import request_finished, request_started
from urllib3 import HTTPConnectionPool

from django_product_isolation.sandbox import Sandbox
from django_product_isolation.sandbox.store.identifiers import uuid7
from django_product_isolation.sandbox.worker import WorkerPool
from tests.sandbox.client import Client, wait_for


def address_of(sandbox):
    return "127.0.0.1", port_of(sandbox)


def port_of(sandbox):
    return int(sandbox.url.rpartition(":")[2])


def test_the_front_page_says_what_it_is_and_shows_runs(api):
    page = api.get("/").text
    assert "This is a stand-in, not Runflow" in page and "spends no money" in page
    assert "light" in page and "None yet" in page
    record = api.isolate(input={"prompt": "<script>alert(1)</script>"})
    reply = api.get("/")
    assert record["id"] in reply.text
    assert "<script" not in reply.text and "&lt;script&gt;" in reply.text
    assert "http-equiv" not in reply.text
    for side in ("before", "after"):
        picture = api.get(f"/_sandbox/previews/{record['id']}-{side}.webp")
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/webp")
        assert f"/_sandbox/previews/{record['id']}-{side}.webp" in reply.text


def test_the_front_page_holds_no_script_and_asks_no_other_host(api):
    reply = api.get("/")
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert "script" not in reply.text.lower()
    assert reply.text.count("http://") == 1  # its own address, as text


def test_the_front_page_follows_runs_in_flight_and_shows_switches_and_failures(api):
    api.behave(fault="stuck_in_queued")
    api.create()
    assert "http-equiv" not in api.get("/").text
    api.behave(output_shape="list", fault="run_failed", failure_message="Too blurred")
    assert "output_shape: list" in api.get("/").text
    api.isolate()
    page = api.get("/").text
    assert "Too blurred" in page and "no picture yet" in page


def test_the_front_page_looks_again_while_a_run_is_in_flight(start, client_of):
    api = client_of(start(speed="realistic"))
    api.create()
    assert '<meta http-equiv="refresh"' in api.get("/").text


@pytest.mark.parametrize("name", ["x-before.webp", "secret.txt", "{id}-1.webp"])
def test_previews_show_nothing_else(api, name):
    run_id = api.isolate()["id"]
    assert api.get(f"/_sandbox/previews/{name.format(id=run_id)}").status_code == 404


def test_an_unforeseen_error_is_a_500_without_details(sandbox, api, caplog, monkeypatch):
    def broken(self, key):
        raise ZeroDivisionError("a secret detail")

    monkeypatch.setattr(type(sandbox.services.accounts), "open", broken)
    reply = api.get("/v1/auth/me")
    assert (reply.status_code, reply.json()["code"]) == (500, "SANDBOX_INTERNAL_ERROR")
    assert "secret detail" not in reply.text
    assert "event=sandbox_error operation=auth_me" in caplog.text


def test_the_log_names_requests_without_their_query(api, caplog):
    with caplog.at_level(logging.INFO, "django_product_isolation"):
        (url,) = api.isolate()["output"]["image_urls"]
        api.get(url)
    assert "method=GET path=/files/" in caplog.text
    for secret in ("signature", "expires", "rf_live"):
        assert secret not in caplog.text


def test_a_request_that_is_no_http_is_refused_and_logged(sandbox, caplog):
    with (
        caplog.at_level(logging.INFO, "django_product_isolation"),
        socket.create_connection(address_of(sandbox), timeout=5) as connection,
    ):
        connection.sendall(b"nonsense\r\n\r\n")
        assert b"400" in connection.makefile("rb").read()
    assert "status=400" in caplog.text


def test_a_connection_serves_several_requests(sandbox):
    with HTTPConnectionPool(*address_of(sandbox)) as pool:
        for _ in range(3):
            assert pool.request("GET", "/v1/health").status == 200
        assert pool.num_connections == 1


def test_the_hosts_project_never_hears_of_its_requests(sandbox, api):
    heard = []

    def listener(**kwargs):
        heard.append(kwargs)

    for signal in (request_started, request_finished):
        signal.connect(listener)
    try:
        api.get("/")
        api.get("/v1/runs")
    finally:
        for signal in (request_started, request_finished):
            signal.disconnect(listener)
    assert heard == []


def test_the_hosts_limit_on_request_size_does_not_matter(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    settings.ALLOWED_HOSTS = []
    assert api.isolate()["status_code"] == "succeeded"


def test_a_stopped_sandbox_leaves_no_thread_and_no_folder():
    before = set(threading.enumerate())
    sandbox = Sandbox(engine="light", speed="instant").start()
    folder = sandbox._temporary.name
    with requests.Session() as idle:
        idle.get(f"{sandbox.url}/v1/health", timeout=5)
        sandbox.stop()
        assert set(threading.enumerate()) <= before
    with pytest.raises(FileNotFoundError):
        open(f"{folder}/sandbox.sqlite3").close()


def test_a_client_that_never_reads_cannot_keep_a_sandbox_from_stopping():
    sandbox = Sandbox(engine="light", speed="instant").start()
    with Client(sandbox.url) as api, socket.create_connection(address_of(sandbox)) as lazy:
        url = api.isolate()["output"]["image_urls"][0]
        api.behave(fault="huge_file")
        lazy.sendall(f"GET {url.removeprefix(sandbox.url)} HTTP/1.1\r\n\r\n".encode())
        assert lazy.recv(100)
        sandbox.stop()


def test_stopping_twice_or_before_starting_is_harmless():
    sandbox = Sandbox(engine="light")
    sandbox.stop()
    with pytest.raises(RuntimeError):
        _ = sandbox.url
    sandbox.start()
    sandbox.stop()
    sandbox.stop()


def test_a_sandbox_is_a_context_manager_and_can_start_again():
    sandbox = Sandbox(engine="light")
    for _ in range(2):
        with sandbox as running:
            assert requests.get(f"{running.url}/v1/health", timeout=5).status_code == 200


def test_a_taken_port_is_an_os_error(sandbox):
    port = port_of(sandbox)
    with pytest.raises(OSError, match="in use"):
        Sandbox(("127.0.0.1", port), engine="light").start()


@pytest.mark.parametrize(
    ("option", "value"),
    [("speed", "warp"), ("sizes", "huge"), ("engine", "sam"), ("balance", "much")],
)
def test_an_option_that_does_not_exist_is_refused(option, value):
    with pytest.raises(ValueError, match=option):
        Sandbox(**{option: value})


def test_an_unknown_option_is_refused():
    with pytest.raises(TypeError):
        Sandbox(colour="blue")


def test_data_of_another_version_is_refused_and_kept(tmp_path):
    path = tmp_path / "sandbox.sqlite3"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    sandbox = Sandbox(data=tmp_path, engine="light")
    with pytest.raises(ValueError, match="another version"):
        sandbox.start()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA user_version").fetchone() == (99,)
    connection.close()


def test_data_that_is_no_database_or_folder_is_refused(tmp_path):
    (tmp_path / "sandbox.sqlite3").write_bytes(b"something else" * 100)
    for data in (tmp_path, tmp_path / "sandbox.sqlite3"):
        with pytest.raises(ValueError, match="cannot"):
            Sandbox(data=data, engine="light").start()


@pytest.mark.parametrize(
    ("address", "options", "expected"),
    [
        ("0.0.0.0", {}, "http://127.0.0.1:"),
        ("127.0.0.1", {"public_url": "http://sandbox.example/"}, "http://sandbox.example"),
        ("::1", {}, "http://[::1]:"),
    ],
)
def test_the_url_is_one_that_clients_can_use(address, options, expected):
    with Sandbox((address, 0), engine="light", **options) as sandbox:
        assert sandbox.url.startswith(expected)


def test_a_transaction_is_done_whole_or_not_at_all(sandbox):
    database = sandbox.services.database
    with pytest.raises(ZeroDivisionError), database.transaction():
        database.insert("meta", name="half", value=b"x")
        with database.transaction():
            database.insert("meta", name="other", value=b"x")
        raise ZeroDivisionError
    assert database.row("SELECT * FROM meta WHERE name IN ('half', 'other')") is None


def test_ids_are_later_even_when_the_clock_stands_still_or_goes_back(monkeypatch):
    ids = [uuid7() for _ in range(3)]
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    ids += [uuid7() for _ in range(3)]
    assert ids == sorted(ids) and len(set(ids)) == 6


def test_ids_of_many_threads_are_all_different_and_each_later():
    made = [[] for _ in range(4)]

    def make(ids):
        ids.extend(uuid7() for _ in range(2000))

    threads = [threading.Thread(target=make, args=(ids,)) for ids in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(ids == sorted(ids) for ids in made)
    assert len({run_id for ids in made for run_id in ids}) == 8000


def test_a_worker_outlives_work_that_breaks(caplog):
    done, waiting = [], {"a": 0.0, "b": 0.0}

    def work(job):
        waiting.pop(job)
        if job == "a":
            raise ZeroDivisionError
        done.append(job)

    pool = WorkerPool("test", 1, lambda limit: sorted(waiting.items()), work)
    pool.start()
    wait_for(lambda: done)
    pool.stop()
    assert done == ["b"] and "event=sandbox_work_failed id=a" in caplog.text


def test_two_workers_never_hold_the_same_thing():
    busy, most, waiting, lock = 0, 0, {"only": 0.0}, threading.Lock()
    finished = threading.Event()

    def work(job):
        nonlocal busy, most
        with lock:
            busy += 1
            most = max(most, busy)
        finished.wait(0.1)
        with lock:
            busy -= 1
        waiting.pop(job, None)

    pool = WorkerPool("test", 3, lambda limit: list(waiting.items()), work)
    pool.start()
    wait_for(lambda: not waiting)
    pool.stop()
    assert most == 1
