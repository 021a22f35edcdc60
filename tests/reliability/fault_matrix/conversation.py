"""Faults of the conversation with Runflow: no answer, refusals, old links, bad content."""

from typing import Any

from django_product_isolation.choices import Status

from .flow import AFTER, BEFORE, WITHIN, Flow
from .moments import meanwhile, on
from .scenarios import cell


class Always(list[str]):
    """A fault that stays until somebody mends it."""

    def pop(self, index: Any = -1) -> str:
        return self[0]


def network(flow: Flow, route: str, *faults: str, always: bool = False) -> None:
    flow.world.network.faults[route] = Always(faults) if always else list(faults)


@cell("S1", "e", "N")
def answer_to_the_click_never_came_and_nothing_was_kept(flow: Flow) -> None:
    on(flow.world, BEFORE["S1"], lambda: flow.world.database.fail_at(1, "lost"))
    flow.begins_only_when_clicked_again()


@cell("S1", "e", "S")
def answer_to_the_click_is_lost(flow: Flow) -> None:
    """The rows are there; the same form sent again leads to them."""
    on(flow.world, BEFORE["S1"], lambda: flow.world.database.fail_at(1, "lost", after=True))
    flow.ends_as_without()


@cell("S2", "e", "S")
def broker_does_not_answer(flow: Flow) -> None:
    broker = flow.world.broker
    meanwhile(flow.world, BEFORE["S2"], lambda: setattr(broker, "is_down", True))
    meanwhile(flow.world, AFTER["S3"], lambda: setattr(broker, "is_down", False))
    flow.ends_as_without()


@cell("S4", "e", "Q")
def request_arrives_and_its_answer_does_not(flow: Flow) -> None:
    for fault in ("timeout", "reset", "cut", "garbage", "202 empty"):
        flow.begin()
        network(flow, "POST run", fault)
        flow.ends_as_without()
        assert len(flow.world.network.posts) == 1


@cell("S4", "e", "Q")
@cell("S4", "i", "Q")
def request_is_lost(flow: Flow) -> None:
    for fault in ("lost timeout", "lost reset", "lost 500", "lost 502 html", "lost waf 403"):
        flow.begin()
        network(flow, "POST run", fault)
        run = flow.play()
        assert (run.status, run.reason) == (Status.FAILED, "not-accepted")
        assert len(flow.world.network.posts) == 1
        flow.settles(paid=0)


@cell("S4", "i", "Q")
def request_arrives_and_the_answer_is_a_server_error(flow: Flow) -> None:
    for fault in ("500", "502 html", "302", "waf 403"):
        flow.begin()
        network(flow, "POST run", fault)
        flow.ends_as_without()
        assert len(flow.world.network.posts) == 1


@cell("S4", "f", "F")
def request_is_refused(flow: Flow) -> None:
    for fault in ("400", "404", "422"):
        flow.begin()
        network(flow, "POST run", fault)
        flow.fails(paid=0)


@cell("S4", "f", "H", instead="A key that is refused would be refused for every run: one message.")
def key_is_refused(flow: Flow) -> None:
    for fault in ("401", "403"):
        flow.begin()
        network(flow, "POST run", fault)
        flow.is_held()


@cell("S4", "g", "H")
def credit_is_used_up(flow: Flow) -> None:
    network(flow, "POST run", "402")
    flow.is_held()


@cell("S4", "h", "R")
def runflow_is_busy(flow: Flow) -> None:
    network(flow, "POST run", "429", "429 wait", "429 long")
    flow.ends_as_without()


@cell("S6", "e", "S")
def callbacks_never_come(flow: Flow) -> None:
    flow.calls_back = False
    flow.ends_as_without()


@cell("S5", "d", "I")
@cell("S6", "d", "I")
def callback_comes_before_the_answer(flow: Flow) -> None:
    meanwhile(flow.world, AFTER["S4"], lambda: flow.isolates(flow.world.runflow.ledger[0]))
    flow.ends_as_without()


@cell("S6", "d", "I")
def callbacks_come_again_when_all_is_over(flow: Flow) -> None:
    flow.ends_as_without()
    flow.world.clock.advance(30 * 24 * 3600)
    flow.same_callback()
    assert not flow.world.broker.bag
    flow.world.check()


@cell("S2", "d", "I")
@cell("S3", "d", "I")
@cell("S7", "c", "I")
@cell("S11", "d", "I")
@cell("S14", "d", "I")
def messages_come_when_all_is_over(flow: Flow) -> None:
    flow.ends_as_without()
    flow.another_message()
    flow.world.check()


@cell("S7", "d", "I")
def callback_comes_while_the_result_is_downloaded(flow: Flow) -> None:
    meanwhile(flow.world, WITHIN["S7"], flow.same_callback)
    flow.ends_as_without()


@cell("S6", "f", "I")
def callback_is_refused(flow: Flow) -> None:
    """Signed with a secret that the shop does not know; the result is polled for."""
    flow.world.callbacks.signer = "whsec_a_secret_of_somebody_else"
    flow.play()
    assert flow.world.callbacks.sent
    assert flow.last().called_back_at is None
    flow.come_back()
    flow.world.check()


@cell("S6", "i", "S")
@cell("S6", "n", "S")
def callback_cannot_be_kept(flow: Flow) -> None:
    on(flow.world, BEFORE["S6"], lambda: flow.world.database.fail_at(1, "gone"))
    flow.ends_as_without()


@cell("S6", "k", "I")
def callback_says_nothing_we_know(flow: Flow) -> None:
    callbacks = flow.world.callbacks
    compose = callbacks.compose
    callbacks.compose = lambda entry, **changes: compose(entry, event=None, **changes)
    flow.ends_as_without()
    assert flow.last().called_back_at is None


@cell("S6", "q", "I")
def callback_comes_while_a_worker_asks(flow: Flow) -> None:
    meanwhile(flow.world, BEFORE["S14"], lambda: flow.isolates(flow.world.runflow.ledger[0]))
    flow.ends_as_without()


@cell("S7", "e", "R")
@cell("S14", "e", "R")
def answers_come_too_late(flow: Flow) -> None:
    network(flow, "GET run", "timeout", "timeout")
    network(flow, "GET output", "timeout", "timeout")
    flow.ends_as_without()


@cell("S7", "f", "R")
def run_is_not_found_for_a_moment(flow: Flow) -> None:
    network(flow, "GET run", "404", "400", "422")
    flow.ends_as_without()


@cell("S7", "f", "H")
@cell("S14", "f", "H")
def run_is_not_found_any_more(flow: Flow) -> None:
    network(flow, "GET run", "404", always=True)
    flow.is_held()


@cell("S7", "g", "H", instead="What an account is refused once it is refused again: one message.")
@cell("S7", "g", "R")
@cell("S14", "g", "H")
def reading_is_refused_for_money(flow: Flow) -> None:
    network(flow, "GET run", "402")
    flow.is_held()


@cell("S7", "h", "R")
@cell("S14", "h", "R")
def reading_is_limited(flow: Flow) -> None:
    network(flow, "GET run", "429", "429 wait")
    flow.ends_as_without()


@cell("S7", "i", "R")
@cell("S14", "i", "R")
def reading_meets_server_errors(flow: Flow) -> None:
    network(flow, "GET run", "500", "502 html", "302", "garbage")
    network(flow, "GET output", "500", "reset", "refused")
    flow.ends_as_without()
