"""Faults of the shop's own side: its storage fails, its people change and delete images."""

from functools import partial

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationBatch

from .conversation import Always
from .flow import SOURCE, WITHIN, Flow
from .moments import Moment, meanwhile
from .scenarios import cell


def storage(flow: Flow, operation: str, *faults: str, always: bool = False) -> None:
    flow.world.storage.faults[operation] = Always(faults) if always else list(faults)


def from_step(flow: Flow, step: str, operation: str, *faults: str, always: bool = False) -> None:
    """The storage begins to fail within ``step``."""
    meanwhile(flow.world, WITHIN[step], lambda: storage(flow, operation, *faults, always=always))


@cell("S1", "m", "F")
@cell("S3", "m", "F")
@cell("S4", "m", "F")
def source_is_missing(flow: Flow) -> None:
    flow.world.storage.lose(SOURCE)
    flow.shop_lost_its_file = True
    run = flow.play()
    assert (run.status, run.reason) == (Status.FAILED, "source-missing")
    assert not flow.world.network.posts


@cell("S3", "m", "R", instead="A storage that is away comes back: the run waits for it.")
@cell("S4", "m", "R", instead="A storage that is away comes back: the run waits for it.")
def storage_is_away_before_sending(flow: Flow) -> None:
    storage(flow, "open", "raises", "403", "raises")
    flow.ends_as_without()


@cell("S3", "m", "H", instead="A storage that stays away is the developer's: nothing was paid.")
def storage_stays_away_before_sending(flow: Flow) -> None:
    storage(flow, "open", "raises", always=True)
    flow.is_held_in_the_end()
    assert len(flow.world.network.posts) == 1


@cell("S7", "m", "R")
@cell("S8", "m", "R")
@cell("S10", "m", "R")
def storage_fails_to_take_the_result(flow: Flow) -> None:
    for faults in (["raises"], ["403", "403"], ["lies"], ["raises after"], ["other name"]):
        flow.begin()
        storage(flow, "save", *faults)
        flow.ends_as_without()


@cell("S10", "m", "H")
def storage_never_takes_the_result(flow: Flow) -> None:
    for fault in ("raises", "403", "lies"):
        flow.begin()
        storage(flow, "save", fault, always=True)
        flow.is_held_in_the_end()


@cell("S9", "m", "R")
@cell("S14", "m", "R")
def storage_is_away_before_the_swap(flow: Flow) -> None:
    from_step(flow, "S10", "open", "raises", "slow", "403")
    flow.ends_as_without()


@cell("S9", "m", "H")
def storage_stays_away_before_the_swap(flow: Flow) -> None:
    from_step(flow, "S10", "open", "raises", always=True)
    flow.is_held_in_the_end()


@cell("S12", "m", "R")
def storage_is_away_after_the_swap(flow: Flow) -> None:
    meanwhile(flow.world, Moment("after COMMIT", 7), lambda: storage(flow, "open", "raises", "403"))
    flow.ends_as_without()


@cell("S13", "m", "R")
def storage_is_away_while_restoring(flow: Flow) -> None:
    """However long: nobody has to click again."""
    flow.play()
    storage(flow, "open", *["raises", "403"] * 20)
    flow.come_back()
    flow.world.check()


@cell("S16", "m", "I")
def storage_is_away_at_the_click_on_restore(flow: Flow) -> None:
    """The click does not ask it."""
    flow.play()
    storage(flow, "open", "raises", always=True)
    flow.restore()
    assert flow.last().status == Status.RESTORING
    flow.world.storage.faults.clear()
    flow.go_on()
    assert (flow.last().status, flow.shown()) == (Status.RESTORED, SOURCE)
    flow.settles(paid=1)


@cell("S13", "m", "H")
@cell("S13", "k", "H")
def original_is_damaged(flow: Flow) -> None:
    """Nothing is changed; the run stays applied, says why, and stays restorable."""
    run = flow.play()
    good = flow.world.storage.read(SOURCE)
    flow.world.shop.overwritten.add(SOURCE)
    for content in (b"", good[:-9], None):
        flow.world.storage.put(SOURCE, content)
        flow.stays_applied("original-missing")
        assert flow.shown() == run.result_name
    flow.world.storage.put(SOURCE, good)
    flow.come_back()
    flow.world.check()


@cell("S9", "e", "R")
@cell("S10", "e", "R")
@cell("S12", "e", "R")
@cell("S13", "e", "R")
def storage_is_slow(flow: Flow) -> None:
    storage(flow, "open", *["slow"] * 9)
    storage(flow, "save", "slow")
    flow.ends_as_without()


@cell("S11", "e", "R")
def swap_waits_too_long_for_a_lock(flow: Flow) -> None:
    meanwhile(flow.world, WITHIN["S11"], lambda: flow.world.database.fail_at(3, "lock wait"))
    flow.ends_as_without()


@cell("S1", "o", "R")
def image_changes_between_the_page_and_the_click(flow: Flow) -> None:
    """What is shown at the click is what is isolated, and what a restore brings back."""
    flow.upload()
    run = flow.play()
    assert (run.status, run.source_name != SOURCE) == (Status.APPLIED, True)
    flow.come_back()
    flow.world.check()


@cell("S1", "p", "I")
def image_is_deleted_between_the_page_and_the_click(flow: Flow) -> None:
    flow.delete()
    flow.click()
    assert not IsolationBatch.objects.exists()
    flow.world.check()


@cell("S3", "o", "C", instead="Superseded, not failed: nothing is wrong, and nothing was paid.")
def image_changes_before_sending(flow: Flow) -> None:
    meanwhile(flow.world, WITHIN["S2"], flow.upload)
    flow.is_superseded(paid=0)


@cell("S3", "o", "C", instead="Noticed at the swap, when it happens after the last look.")
def image_changes_while_sending(flow: Flow) -> None:
    meanwhile(flow.world, WITHIN["S3"], flow.upload)
    flow.is_superseded(paid=0)  # seen by the look after preparing
    flow.begin()
    meanwhile(flow.world, WITHIN["S4"], flow.upload)
    flow.is_superseded(paid=1)


@cell("S3", "p", "O")
def image_is_deleted_before_sending(flow: Flow) -> None:
    meanwhile(flow.world, WITHIN["S2"], flow.delete)
    flow.is_superseded(paid=0)


@cell("S9", "o", "C")
@cell("S11", "o", "C")
def image_changes_before_the_swap(flow: Flow) -> None:
    for step in ("S6", "S7", "S10", "S9", "S11"):
        flow.begin()
        meanwhile(flow.world, WITHIN[step], flow.upload)
        flow.is_superseded(paid=1)


@cell("S9", "o", "C")
@cell("S11", "o", "C")
def other_bytes_come_under_the_same_name(flow: Flow) -> None:
    """Before the last look nothing is swapped; after it the swap is undone."""
    for step in ("S6", "S7", "S10", "S11"):
        flow.begin()
        meanwhile(flow.world, WITHIN[step], flow.overwrite)
        run = flow.play()
        assert (run.status, flow.shown()) == (Status.SUPERSEDED, SOURCE)
        flow.settles(paid=1)


@cell("S6", "p", "I")
@cell("S9", "p", "O")
@cell("S10", "p", "O")
@cell("S11", "p", "O")
@cell("S14", "p", "O")
def image_is_deleted_before_the_swap(flow: Flow) -> None:
    for step in ("S4", "S14", "S6", "S7", "S10", "S9", "S11"):
        flow.begin()
        meanwhile(flow.world, WITHIN[step], flow.delete)
        flow.is_superseded(paid=1)


@cell("S12", "p", "I")
def image_is_deleted_after_the_swap(flow: Flow) -> None:
    meanwhile(flow.world, WITHIN["S12"], flow.delete)
    run = flow.play()
    assert (run.status, run.due_at, flow.image()) == (Status.APPLIED, None, None)
    flow.settles(paid=1)


@cell("S16", "o", "R", instead="Refused at the click: the newer image stays, the run as it is.")
def image_changes_before_the_click_on_restore(flow: Flow) -> None:
    flow.play()
    flow.upload()
    flow.restore()
    assert flow.last().status == Status.APPLIED
    flow.settles(paid=1)


@cell("S16", "p", "O", instead="Refused at the click: there is no image to restore.")
def image_is_deleted_before_the_click_on_restore(flow: Flow) -> None:
    flow.play()
    flow.delete()
    flow.restore()
    assert (flow.last().status, flow.image()) == (Status.APPLIED, None)
    flow.settles(paid=1)


@cell("S13", "o", "C", instead="Refused: the newer image stays, and the run stays applied.")
def image_changes_before_the_restore(flow: Flow) -> None:
    for moment in (WITHIN["S16"], WITHIN["S13"], Moment("after storage open", 7)):
        flow.begin()
        flow.play()
        again = moment.label.startswith("after storage")
        nth = moment.nth - 5 if again else 1
        meanwhile(flow.world, Moment(moment.label, nth), flow.upload)
        flow.stays_applied("image-changed")
        assert flow.shown() not in (SOURCE, flow.last().result_name)
        flow.settles(paid=1)


@cell("S13", "o", "C")
def other_bytes_come_under_the_results_name(flow: Flow) -> None:
    """Before the last look the result stays shown; after it the swap is undone."""
    for nth, status in ((1, Status.APPLIED), (2, Status.SUPERSEDED)):
        flow.begin()
        result = flow.play().result_name
        put = partial(flow.world.shop.upload_same_name, 1, save=False, name=result)
        meanwhile(flow.world, Moment("after storage open", nth), put)
        flow.restore()
        flow.go_on()
        assert (flow.last().status, flow.shown()) == (status, result)
        assert flow.last().reason == "image-changed"
        flow.settles(paid=1)


@cell("S13", "p", "O", instead="Refused: what is deleted stays deleted; the run stays applied.")
def image_is_deleted_before_the_restore(flow: Flow) -> None:
    flow.play()
    meanwhile(flow.world, Moment("after storage open", 1), flow.delete)
    flow.stays_applied("image-deleted")
    assert flow.image() is None
    flow.settles(paid=1)
