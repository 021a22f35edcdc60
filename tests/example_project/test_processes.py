"""Programs side by side, with real processes."""

import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from shop import processes
from shop.processes import Program, ProgramFailed, is_free, run_together, stop_on_signals

from .shop_process import ends

SLEEP = "import time; time.sleep(60)"
SAY_READY = f"print('ready', flush=True); {SLEEP}"
LISTEN = """
import socket, sys, time
with socket.create_server(("127.0.0.1", int(sys.argv[1]))):
    time.sleep(60)
"""
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SAY_READY}"
WITH_CHILD = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}])
print("child", child.pid, "ready", flush=True)
child.wait()
"""


def program(code: str, *arguments: str, name: str = "worker", **options) -> Program:
    return Program(name=name, command=[sys.executable, "-c", code, *arguments], **options)


def run(programs, stop, output, started) -> None:
    """Call ``run_together``, but give up on one that waits for what it should have ended."""
    pool = ThreadPoolExecutor(1)
    try:
        pool.submit(run_together, programs, stop, output, started).result(timeout=30)
    finally:
        stop.set()
        pool.shutdown(wait=False)


def run_until_started(*programs: Program) -> list[str]:
    """Start the programs, stop them as soon as all answer; return the lines of the output."""
    stop, output = threading.Event(), io.StringIO()
    run(programs, stop, output, stop.set)
    return output.getvalue().splitlines()


def pid_in(line: str) -> int:
    return int(line.split("child ")[1].split()[0])


def test_lines_are_shown_with_the_name_of_their_program():
    lines = run_until_started(
        program("print('one\\n\\ntwo', flush=True);" + SAY_READY, name="site", ready_line="ready"),
        program(SAY_READY, ready_line="ready"),
    )

    assert [line for line in lines if line.startswith("site")] == [
        "site   | one",
        "site   | two",
        "site   | ready",
    ]
    assert "worker | ready" in lines


def test_a_program_gets_its_folder_and_environment(tmp_path):
    code = "import os; print(os.getcwd(), os.environ['COLOUR'], os.environ['PATH'] and 'ready');"

    lines = run_until_started(
        program(
            code + SLEEP,
            folder=tmp_path,
            environment={"COLOUR": "teal"},
            ready_line="ready",
        )
    )

    assert lines == [f"worker | {tmp_path} teal ready"]


def test_nothing_counts_as_started_before_its_port_answers(free_port):
    run_until_started(program(LISTEN, str(free_port), port=free_port))

    assert is_free(free_port)


def test_a_program_that_ends_by_itself_is_named_and_ends_the_others():
    output = io.StringIO()
    programs = [
        program(WITH_CHILD, name="site", ready_line="ready"),
        program("import time; time.sleep(0.5); raise SystemExit(3)", name="sandbox"),
    ]

    with pytest.raises(ProgramFailed, match=r"The sandbox stopped by itself \(exit status 3\)"):
        run(programs, threading.Event(), output, lambda: None)

    assert ends(pid_in(output.getvalue()))


def test_a_program_that_ends_before_it_answers_is_named(free_port):
    with pytest.raises(ProgramFailed, match="The site stopped by itself"):
        run_until_started(program("raise SystemExit(1)", name="site", port=free_port))


def test_a_program_that_never_answers_is_named(monkeypatch):
    monkeypatch.setattr(processes, "START_TIMEOUT", 0.2)

    with pytest.raises(ProgramFailed, match="The worker did not answer in time"):
        run_until_started(program(SLEEP, ready_line="ready"))


def test_a_command_that_does_not_exist_leaves_nothing_running(tmp_path):
    first = program(SLEEP, f"mark={tmp_path}")
    missing = Program(name="missing", command=["/no/such/command"])

    with pytest.raises(FileNotFoundError):
        run([first, missing], threading.Event(), io.StringIO(), lambda: None)

    running = subprocess.run(["ps", "-A", "-ww", "-o", "args="], capture_output=True, text=True)
    assert f"mark={tmp_path}" not in running.stdout


def test_a_program_that_does_not_want_to_stop_is_killed(monkeypatch):
    monkeypatch.setattr(processes, "STOP_TIMEOUT", 0.3)

    assert run_until_started(program(STUBBORN, ready_line="ready")) == ["worker | ready"]


def test_what_a_program_started_ends_with_it():
    lines = run_until_started(program(WITH_CHILD, ready_line="ready"))

    assert ends(pid_in(lines[0]))


def test_a_stop_while_starting_is_obeyed_and_nothing_counts_as_started():
    stop, started = threading.Event(), []
    stop.set()

    run([program(SLEEP, ready_line="ready")], stop, io.StringIO(), lambda: started.append(1))

    assert not started


def test_a_reader_that_went_away_does_not_stop_the_programs():
    closed = io.StringIO()
    closed.close()
    stop = threading.Event()

    run([program(SAY_READY, ready_line="ready")], stop, closed, stop.set)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_ask_to_stop_instead_of_ending_the_process(number):
    before = signal.getsignal(number)

    with stop_on_signals() as stop:
        os.kill(os.getpid(), number)
        assert stop.wait(5)

    assert signal.getsignal(number) is before


def test_a_port_is_taken_only_while_somebody_listens(free_port):
    with socket.create_server(("127.0.0.1", free_port)) as server:
        assert not is_free(free_port)
        # A connection that the server closes first keeps the port in TIME_WAIT.
        client = socket.create_connection(("127.0.0.1", free_port))
        server.accept()[0].close()
        client.close()
        time.sleep(0.05)

    assert is_free(free_port)
