"""Faults of results and links: expired, no picture, implausible, out of reach."""

from functools import partial

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings

from tests.reliability.simulator.runflow import UNSAFE

from .conversation import network
from .flow import BEFORE, Flow
from .moments import on
from .scenarios import cell


@cell("S7", "j", "Q")
@cell("S7", "j", "R")
def link_has_expired(flow: Flow) -> None:
    network(flow, "GET output", "expired", "expired", "expired")
    flow.ends_as_without()
    assert len(flow.world.network.posts) == 1


@cell("S7", "j", "H", instead="A link that stays dead is paid for: a person resumes.")
def links_stay_dead(flow: Flow) -> None:
    network(flow, "GET output", "expired", always=True)
    flow.is_held()


@cell("S7", "k", "H")
@cell("S8", "k", "H")
def result_is_no_picture(flow: Flow) -> None:
    """It is paid for: what a file host hands out now need not be what it has."""
    for kind in ("garbage", "truncated", "animated", "empty"):
        flow.begin()
        flow.output = (kind,)
        flow.repair = partial(hand_out_a_picture, flow)
        flow.is_held()


def hand_out_a_picture(flow: Flow) -> None:
    flow.world.runflow.ledger[-1].output = ["1"]


@cell(
    "S7",
    "k",
    "R",
    instead="A broken transfer looks like bad content: a second one tells them apart.",
)
def result_arrives_cut_once(flow: Flow) -> None:
    network(flow, "GET output", "reset")
    flow.ends_as_without()


@cell("S8", "k", "H")
def result_is_implausible(flow: Flow) -> None:
    """Held for a person's review, in the design's word ``ready``."""
    for kind in ("wide", "small", "flat"):
        flow.begin()
        flow.output = (kind,)
        flow.waits_for_review()


@cell("S7", "l", "H")
def result_lies_at_an_address_we_do_not_fetch_from(flow: Flow) -> None:
    for kind in UNSAFE:
        flow.begin()
        flow.output = (kind,)
        flow.repair = partial(hand_out_a_picture, flow)
        flow.is_held()
    flow.begin()
    flow.output = ("1",)
    network(flow, "GET output", "302", always=True)
    flow.is_held()


@cell("S8", "e", "R", instead="A step that took too long is taken again: the result is paid for.")
def decoding_takes_too_long_once(flow: Flow) -> None:
    on(flow.world, BEFORE["S8"], out_of_time)
    flow.ends_as_without()


@cell("S8", "e", "H", instead="Not thrown away: it is paid for, and a person resumes.")
def decoding_takes_too_long_each_time(flow: Flow) -> None:
    for nth in range(1, 9):
        on(flow.world, BEFORE["S8"]._replace(nth=nth), out_of_time)
    flow.is_held()


def out_of_time() -> None:
    raise SoftTimeLimitExceeded


@cell("S4", "j", "F")
def only_links_may_be_used_and_ours_is_dead(flow: Flow) -> None:
    settings.PRODUCT_ISOLATION["SOURCE"] = "url"
    flow.world.storage.is_public = True
    network(flow, "GET media", "expired", always=True)
    flow.fails(paid=0)


@cell("S4", "l", "F")
def only_links_may_be_used_and_ours_is_private(flow: Flow) -> None:
    settings.PRODUCT_ISOLATION["SOURCE"] = "url"
    flow.fails(paid=0)


@cell("S4", "j", "R", instead="What our link does not give, an upload does.")
def our_link_is_dead(flow: Flow) -> None:
    flow.world.storage.is_public = True
    network(flow, "GET media", "expired", always=True)
    flow.ends_as_without()
