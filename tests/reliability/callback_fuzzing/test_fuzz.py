"""Several thousand drawn requests; the long run is python -m tests.reliability.callback_fuzzing."""

import socket

import pytest

from django_product_isolation.signals import work_due

from .door import Door
from .forgeries import HEADERS, TOKENS, sign
from .fuzz import fuzz, wrongs
from .generator import FAULTS, NEW, Generator, Knock
from .rows import make_runs

pytestmark = pytest.mark.usefixtures("shop", "silence")

SEED, REQUESTS = 20, 6000


def test_no_forged_request_is_accepted_and_no_genuine_one_refused():
    tally = fuzz(SEED, range(REQUESTS))
    assert not tally.failures, tally.report
    assert tally.counts["genuine"] > REQUESTS / 20
    assert tally.counts["forged"] > REQUESTS / 2
    drawn = {kind.partition(":")[0] for kind in tally.kinds}
    assert drawn == {*FAULTS, "genuine"} - {"secrets"}
    assert {f"token: {kind}" for kind in TOKENS} <= set(tally.kinds)
    assert {f"signature: {kind}" for kind in HEADERS} <= set(tally.kinds)


def test_a_request_can_be_had_again_by_seed_and_number():
    generator = Generator(SEED, make_runs())
    assert generator.draw(7) == generator.draw(7)
    assert generator.draw(7) != generator.draw(8)
    assert generator.draw(7) != Generator(SEED + 1, generator.runs).draw(7)


def genuine_knock():
    run = next(run for run in make_runs() if run.waits)
    body = b'{"event": "run.completed", "run_id": "%b"}' % run.runflow_run_id.encode()
    return Knock(0, [NEW], run, run.path, body=body, signature=sign(body, NEW))


def test_whoever_forges_and_is_let_in_is_noticed():
    """The judge itself: a genuine request that is called forged breaks every promise."""
    knock = genuine_knock()
    knock.status = 401
    with Door().open() as door:
        door.use_secrets(knock.secrets)
        seen = door.knock(knock.environ)
        assert {"accepted forged", "writes by unauthenticated", "messages by refused"} <= set(
            wrongs(knock, seen)
        )
        knock.status = 200
        assert not list(wrongs(knock, seen))
        door.use_secrets([NEW * 2])
        assert "refused genuine" in set(wrongs(knock, door.knock(knock.environ)))


def test_whoever_reaches_out_of_the_process_is_noticed(tmp_path):
    def reach_out(**_options):
        (tmp_path / "note").write_text("called")
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", 9), timeout=1)

    knock = genuine_knock()
    work_due.connect(reach_out)
    try:
        with Door().open() as door:
            door.use_secrets(knock.secrets)
            seen = door.knock(knock.environ)
    finally:
        work_due.disconnect(reach_out)
    assert {"open", "socket.connect"} <= {event.split()[0] for event in seen.touched}
    assert "files or sockets opened" in set(wrongs(knock, seen))
