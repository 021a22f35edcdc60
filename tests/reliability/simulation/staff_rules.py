"""What people do: click, decide, restore, and go on with their shop."""

from typing import Any

from django_product_isolation import restore
from django_product_isolation.workflow import approve, reject, resume, stop, stop_restoring

from .base import Story, images, people, rounds, some
from .draws import YES_OR_NO, between, one_of, rule, some_of

DECISIONS = {
    "approve": approve,
    "reject": reject,
    "resume": resume,
    "stop": stop,
    "stop restoring": stop_restoring,
}


class People(Story):
    @rule(
        which=some_of([1, 2, 3], least=1, most=3),
        person=people,
        review=one_of([None, None, True, False]),
        then=rounds,
    )
    def click(self, which: list[int], person: int, review: bool | None, then: int) -> None:
        self.click_on(sorted(which), person=person, review=review)
        self.life_goes_on(then)

    @rule(hours=between(1, 23), which=some_of([1, 2, 3], least=2, most=3), person=people)
    def another_hour(self, hours: int, which: list[int], person: int) -> None:
        """A click at a time at which it is another day for some, and not for others."""
        self.world.clock.advance(3600 * hours)
        self.click_on(sorted(which), person=person, review=False)
        self.life_goes_on(3)

    @rule(form=some, person=people)
    def resubmit_same_form(self, form: int, person: int) -> None:
        self.submit_form(1 + form % max(self.forms, 1), [1, 2, 3], person=person, review=None)

    @rule(number=some, person=people, what=one_of(sorted(DECISIONS)))
    def decides(self, number: int, person: int, what: str) -> None:
        if run := self.run(number):
            self.world.work("web", DECISIONS[what], run, user=self.world.shop.people[person])

    @rule(person=people)
    def approves_all(self, person: int) -> None:
        for run in [r.id for r in self.world.invariants.runs.values() if r.status == "ready"]:
            self.world.work("web", self.approve_now, run, person)

    def approve_now(self, pk: Any, person: int) -> None:
        from django_product_isolation.models import IsolationRun

        approve(IsolationRun.objects.get(pk=pk), user=self.world.shop.people[person])

    @rule(which=some_of([1, 2, 3], least=1, most=3), person=people, then=rounds)
    def restores(self, which: list[int], person: int, then: int) -> None:
        """One click on Restore; it takes a worker to do it, and anything may come before."""
        world = self.world
        calls = world.storage.calls
        images, user = world.shop.images(sorted(which)), world.shop.people[person]
        is_alone = world.points.is_calm
        world.work("web", restore, images, user=user)
        if is_alone and world.storage.calls != calls:
            world.violation("P9 a file was touched in the request")
        self.life_goes_on(then)

    @rule()
    def watches_the_batch(self) -> None:
        """Somebody's look wakes the thread of the site's own process, where that is the worker."""
        self.world.sweep("web")

    @rule(which=images)
    def human_upload(self, which: int) -> None:
        self.totals.counts["uploads by people"] += 1
        self.by_people(self.world.shop.upload, which)

    @rule(which=images, save=YES_OR_NO)
    def human_upload_under_the_same_name(self, which: int, save: bool) -> None:
        self.totals.counts["uploads by people"] += 1
        self.by_people(self.world.shop.upload_same_name, which, save=save)

    @rule(which=images)
    def human_edits_other_column(self, which: int) -> None:
        self.by_people(self.world.shop.edit_caption, which, f"caption {self.world.points.all}")

    @rule(which=images)
    def puts_into_the_bin(self, which: int) -> None:
        self.by_people(self.world.shop.bin, which)

    @rule(which=images)
    def takes_out_of_the_bin(self, which: int) -> None:
        self.by_people(self.world.shop.edit_caption, which, "again")

    @rule(which=images)
    def open_form(self, which: int) -> None:
        self.by_people(self.world.shop.open_form, which)

    @rule(which=images)
    def save_form(self, which: int) -> None:
        self.by_people(self.world.shop.save_form, which, f"caption {self.world.points.all}")

    @rule(which=images, sure=between(0, 3))
    def delete_product(self, which: int, sure: int) -> None:
        if sure == 3:  # else soon nothing is left of the shop
            self.by_people(self.world.shop.delete, which)

    @rule(which=images, sure=between(0, 3))
    def clear_image(self, which: int, sure: int) -> None:
        if sure == 3:
            self.by_people(self.world.shop.clear, which)
