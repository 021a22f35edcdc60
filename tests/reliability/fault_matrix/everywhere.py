"""Faults that can come at every step: deaths, doubles, broken databases, clocks and brokers."""

from datetime import timedelta

from .flow import AFTER, BEFORE, WITHIN, Flow
from .moments import Moment, die, meanwhile, on
from .scenarios import cell, cells

# Safety holds under any clock (the simulation has days); with an hour the end is the same, too.
HOUR = timedelta(hours=1)


@cells("a", "S2:S S3:R S5:Q S6:S S7:R S8:R S9:R S10:R S11:R S12:R S13:R S14:R")
def dies_before(flow: Flow, step: str) -> None:
    die(flow.world, BEFORE[step])
    flow.ends_as_without()


@cells("b", "S1:S S2:I S4:Q S5:R S6:I S7:R S8:R S9:R S10:R S11:I S12:R S13:R S14:R S16:S")
def dies_after(flow: Flow, step: str) -> None:
    die(flow.world, AFTER[step])
    flow.ends_as_without()


@cell("S3", "b", "Q")
@cell("S4", "a", "Q")
def dies_before_anything_was_sent(flow: Flow) -> None:
    """From outside it looks like a request that was sent: it is not sent again by itself."""
    die(flow.world, BEFORE["S4"])
    run = flow.play()
    assert run.reason == "not-accepted"
    assert flow.world.network.posts == []
    flow.settles(paid=0)


@cell("S1", "a", "N")
def dies_before_the_click_is_kept(flow: Flow) -> None:
    die(flow.world, BEFORE["S1"])
    flow.begins_only_when_clicked_again()


@cell("S16", "a", "N")
def dies_before_the_restore_is_kept(flow: Flow) -> None:
    die(flow.world, BEFORE["S16"])
    flow.restores_only_when_asked_again()


@cells("c", "S3:I S4:I S5:I S7:I S8:I S9:I S10:I S11:I S12:I S13:I S14:I")
def message_comes_twice(flow: Flow, step: str) -> None:
    meanwhile(flow.world, WITHIN[step], flow.another_message)
    flow.ends_as_without()


@cell("S1", "c", "I")
def click_comes_twice(flow: Flow) -> None:
    meanwhile(flow.world, WITHIN["S1"], flow.same_click)
    flow.ends_as_without()


@cell("S2", "c", "I")
def nudge_is_published_twice(flow: Flow) -> None:
    bag = flow.world.broker.bag
    meanwhile(flow.world, AFTER["S2"], lambda: bag.append(bag[-1]))
    flow.ends_as_without()


@cell("S6", "c", "I")
def callback_comes_twice(flow: Flow) -> None:
    meanwhile(flow.world, Moment("before http GET run", 3), flow.same_callback)
    flow.ends_as_without()


@cells("c", "S13:I S16:I")
def restore_comes_twice(flow: Flow, step: str) -> None:
    meanwhile(flow.world, WITHIN[step], flow.same_restore)
    flow.ends_as_without()


@cells("n", "S3:R S7:R S8:R S9:R S10:R S11:R S12:R S13:R S14:R S5:Q")
def database_is_in_the_way(flow: Flow, step: str) -> None:
    on(flow.world, BEFORE[step], lambda: flow.world.database.fail_at(1, "deadlock"))
    flow.ends_as_without()


@cells("n", "S3:R S7:R S8:R S9:R S10:R S11:R S12:R S13:R S14:R S5:Q S4:Q")
def database_goes_away(flow: Flow, step: str) -> None:
    on(flow.world, BEFORE[step], lambda: flow.world.database.fail_at(1, "gone"))
    flow.ends_as_without()


@cells("n", "S3:R S5:Q S11:R S13:R")
def answer_of_the_database_is_lost(flow: Flow, step: str) -> None:
    on(flow.world, BEFORE[step], lambda: flow.world.database.fail_at(1, "lost", after=True))
    flow.ends_as_without()


@cell("S1", "n", "N")
@cell("S2", "n", "N")
def database_goes_away_with_the_click(flow: Flow) -> None:
    on(flow.world, BEFORE["S1"], lambda: flow.world.database.fail_at(1, "gone"))
    flow.begins_only_when_clicked_again()


@cell("S16", "n", "N")
def database_goes_away_with_the_restore(flow: Flow) -> None:
    on(flow.world, BEFORE["S16"], lambda: flow.world.database.fail_at(1, "gone"))
    flow.restores_only_when_asked_again()


@cells("q", "S3:I S4:I S5:I S7:I S8:I S9:I S10:I S12:I S13:I S14:I")
def sweep_finds_a_run_that_somebody_works_on(flow: Flow, step: str) -> None:
    meanwhile(flow.world, WITHIN[step], flow.another_sweep)
    flow.ends_as_without()


@cell("S1", "q", "I")
def colleague_clicks_at_the_same_time(flow: Flow) -> None:
    meanwhile(flow.world, WITHIN["S1"], flow.click_of_a_colleague)
    flow.ends_as_without()


@cells("q", "S11:R S13:R")
def row_of_the_product_is_locked(flow: Flow, step: str) -> None:
    update = "before UPDATE catalogue_productimage"
    nth = {"S11": 1, "S13": 2}[step]

    def lock() -> None:
        flow.world.database.fail_at(1, "lock wait")

    on(flow.world, BEFORE[step]._replace(label=update, nth=nth), lock)
    flow.ends_as_without()


@cells("r", "S1:R S3:R S4:R S6:R S7:R S13:R S14:R")
def clock_is_an_hour_fast(flow: Flow, step: str) -> None:
    flow.world.points.skews["web" if step in ("S1", "S6") else "worker-1"] = HOUR
    flow.ends_as_without()


@cells("r", "S1:R S3:R S4:R S6:R S7:R S13:R S14:R")
def clock_is_an_hour_slow(flow: Flow, step: str) -> None:
    flow.world.points.skews["web" if step in ("S1", "S6") else "worker-1"] = -HOUR
    flow.ends_as_without()


@cells("s", "S1:S S2:S S3:S S6:S S7:S S12:S S13:S S14:R S16:S")
def broker_is_emptied(flow: Flow, step: str) -> None:
    meanwhile(flow.world, AFTER[step], flow.world.broker.bag.clear)
    flow.ends_as_without()


@cells("s", "S1:S S2:S S3:S S6:S S7:S S12:S S13:S S14:R S16:S")
def broker_goes_down_for_good(flow: Flow, step: str) -> None:
    def go_down() -> None:
        flow.world.broker.is_down = True

    meanwhile(flow.world, WITHIN[step], go_down)
    flow.ends_as_without()
