import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from io import StringIO

import pytest
import requests
from django.core.management import CommandError, call_command

from tests.sandbox.client import wait_for


@contextmanager
def process(*arguments):
    """Run the command as a shop's developer does and yield it with its address."""
    command = [sys.executable, "-m", "django", "runflow_sandbox", "127.0.0.1:0", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=dict(os.environ)
    ) as running:
        welcome = ""
        while "Ctrl-C" not in welcome:
            line = running.stdout.readline()
            assert line, welcome
            welcome += line
        try:
            yield running, re.search(r"Address +(\S+)", welcome)[1], welcome
        finally:
            running.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_a_signal_and_ends_cleanly(number, tmp_path):
    with process("--engine", "light", "--data", str(tmp_path)) as (running, url, _):
        assert requests.get(f"{url}/v1/health", timeout=5).status_code == 200
        running.send_signal(number)
        rest = running.communicate(timeout=20)[0]
    assert running.returncode == 0
    assert rest.endswith("Stopped.\n") and "Traceback" not in rest
    assert "path=/v1/health status=200" in rest
    assert (tmp_path / "sandbox.sqlite3").exists()


def run(address="127.0.0.1:0", *, while_running=lambda url: None, **options):
    """Run the command in this process, do something meanwhile, stop it, return its output."""
    out, err = StringIO(), StringIO()
    problems = []

    def visit():
        try:
            wait_for(lambda: "Data " in out.getvalue())
            while_running(re.search(r"Address +(\S+)", out.getvalue())[1])
        except BaseException as problem:
            problems.append(problem)
        os.kill(os.getpid(), signal.SIGTERM)

    visitor = threading.Thread(target=visit)
    visitor.start()
    call_command(
        "runflow_sandbox",
        address,
        engine="light",
        stdout=out,
        stderr=err,
        **options,
    )
    visitor.join()
    assert not problems, problems
    return out.getvalue(), err.getvalue()


def test_it_says_what_it_is_and_what_to_set(settings):
    settings.PRODUCT_ISOLATION = {"SIGNING_SECRETS": ["whsec_of_the_real_one"], "SOURCE": "url"}
    out, _ = run()
    assert "spends no money" in out and "light: Colour distance" in out
    assert re.search(r'"BASE_URL": "http://127\.0\.0\.1:\d+"', out)
    assert '"API_KEY": "rf_live_' in out and '"SIGNING_SECRETS": []' in out
    assert '"SANDBOX": True' in out and '"SOURCE": "upload"' in out
    assert "a temporary folder" in out and out.endswith("Stopped.\n")


def test_it_names_only_the_options_that_differ_from_the_settings(settings):
    settings.PRODUCT_ISOLATION = {"API_KEY": "rf_live_mine", "SANDBOX": True}
    out, _ = run()
    assert "BASE_URL" in out
    assert not any(name in out for name in ("API_KEY", "SANDBOX", "SIGNING_SECRETS", "SOURCE"))


def test_it_names_no_options_where_all_are_right(settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    settings.PRODUCT_ISOLATION = {"API_KEY": "rf_live_mine", "SANDBOX": True, "BASE_URL": url}
    out, _ = run(f"127.0.0.1:{port}")
    assert "settings" not in out
    assert "Stop it with Ctrl-C." in out


def test_at_verbosity_0_it_leaves_out_how_to_use_it():
    out, _ = run(verbosity=0)
    assert "spends no money" in out and "Address" in out
    assert "PRODUCT_ISOLATION" not in out


def test_it_never_prints_the_secret():
    out, err = run(signing_secret="whsec_canary")
    assert "canary" not in out + err
    assert "--signing-secret" in out


def test_options_reach_the_sandbox():
    headers = {"Authorization": "Bearer rf_live_x_y"}

    def look(url):
        seen["balance"] = requests.get(
            f"{url}/v1/billing/balance", headers=headers, timeout=5
        ).json()["balance"]
        seen["secrets"] = requests.get(
            f"{url}/v1/callback-secrets", headers=headers, timeout=5
        ).json()["items"]
        seen["page"] = requests.get(url, timeout=5).text

    seen = {}
    run(balance="3.50", signing_secret="whsec_shared", speed="realistic", while_running=look)
    assert seen["balance"] == "3.50" and len(seen["secrets"]) == 1
    assert "realistic" in seen["page"]


def test_it_shows_requests_and_leaves_the_log_as_it_was():
    logger = logging.getLogger("django_product_isolation")
    before = (list(logger.handlers), logger.level)
    visit = lambda url: requests.get(f"{url}/v1/health?token=canary", timeout=5)  # noqa: E731
    root = logging.getLogger()
    handlers, root.handlers[:] = list(root.handlers), []
    try:
        _, loud = run(while_running=visit)
        _, quiet = run(while_running=visit, verbosity=0)
    finally:
        root.handlers[:] = handlers
    assert "path=/v1/health status=200" in loud and "canary" not in loud
    assert quiet == ""
    assert (list(logger.handlers), logger.level) == before


def test_earlier_signal_handlers_come_back():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    run()
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_taken_port_is_said_plainly():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(CommandError, match=f"Cannot listen on {address}.*Choose another"):
            call_command("runflow_sandbox", address, engine="light")


@pytest.mark.parametrize("address", ["8765", "localhost", "localhost:", "127.0.0.1:99999", ":x"])
def test_an_address_that_is_none_is_refused(address):
    with pytest.raises(CommandError, match="is not an address"):
        call_command("runflow_sandbox", address, engine="light")


def test_a_missing_engine_is_said_plainly(monkeypatch):
    from django_product_isolation.imaging import u2netp

    monkeypatch.setattr(u2netp, "PACKAGE", "no-such-distribution")
    with pytest.raises(CommandError, match=r"weights are missing.*sandbox"):
        call_command("runflow_sandbox", engine="u2netp")


def test_data_of_another_version_is_said_plainly(tmp_path):
    import sqlite3

    connection = sqlite3.connect(tmp_path / "sandbox.sqlite3")
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(CommandError, match="another version"):
        call_command("runflow_sandbox", "127.0.0.1:0", engine="light", data=str(tmp_path))


def test_a_bad_balance_is_said_plainly():
    with pytest.raises(CommandError, match="balance"):
        call_command("runflow_sandbox", "127.0.0.1:0", engine="light", balance="much")
