"""Callbacks: genuine, repeated, misdirected and forged."""

from dataclasses import replace
from typing import Any

from django_product_isolation.runflow.callbacks import signature_of
from tests.reliability.simulator.http import DARK, DENIED
from tests.reliability.simulator.runflow import STRANGE, Accepted

from .base import images, pick, some
from .draws import between, one_of, rule
from .worker_rules import Workers

REFUSED = {400, 401, 404, 405, 413, 503}
FORGERIES = ["body", "signature", "unsigned", "other secret", "token", "no run", "huge"]
ANSWERS = ["404", "400", "401", "402", "403", "422", "429", "503"]  # to who asks for a run
STRANGER = "whsec_of_a_stranger_who_would_like_to"


class Letters(Workers):
    @rule(number=some)
    def callback(self, number: int) -> None:
        """About a run as it is now, in fresh bytes; also what a redelivery is."""
        if entry := pick(self.world.runflow.ledger, number):
            self.totals.counts["callbacks delivered"] += 1
            delivery = self.world.callbacks.compose(entry)
            status = self.world.callbacks.send(delivery)
            knows = self.world.callbacks.signer in self.world.callbacks.secrets
            unknown = 404 if entry.client_ref not in self.refs() else 200
            if knows and status not in (200, 500, unknown):
                self.world.violation(f"a genuine callback was answered {status}")

    @rule(number=some)
    def replay_any_old_callback(self, number: int) -> None:
        if delivery := pick(self.world.callbacks.sent, number):
            self.changes_nothing(delivery, {200, 401, 409, 404})

    @rule(a=some, b=some)
    def callback_of_a_at_url_of_b(self, a: int, b: int) -> None:
        sent = self.world.callbacks.sent
        one, other = pick(sent, a), pick(sent, b)
        if one and one.client_ref != other.client_ref:
            # Where it does not say whose it is, only Runflow can: then it is asked.
            hint = {200} if self.world.runflow.keeps == "client_ref" else set()
            self.changes_nothing(replace(one, url=other.url), {401, 409, 404} | hint)

    @rule(a=some, b=some, answered=one_of(ANSWERS))
    def callback_with_a_wrong_id(self, a: int, b: int, answered: str = "404") -> None:
        """Of Runflow's own signing, at the right address, about a run that is another's or none,
        and what Runflow answers to whoever asks for that."""
        known = {run.runflow_run_id for run in self.world.invariants.runs.values()}
        ledger = self.world.runflow.ledger
        lost = [entry for entry in ledger if entry.id not in known]
        entry, other = pick(lost or ledger, a), pick(ledger, b)
        if entry:
            self.misleads(entry, other.id if other is not entry else f"{STRANGE}{answered}")

    def misleads(self, entry: Accepted, named: str) -> None:
        if entry.body.get("callback_url"):
            delivery = self.world.callbacks.compose(entry, run_id=named)
            self.changes_nothing(delivery, {200, 401, 409, 404})

    @rule(
        which=images,
        kind=one_of(DARK + DENIED),
        answered=one_of(["", *ANSWERS]),
        looks=between(1, 6),
    )
    def answer_is_lost(self, which: int, kind: str, answered: str, looks: int) -> None:
        """Nobody knows whether a request arrived, and callbacks come late, or name another run."""
        known = len(self.world.runflow.ledger)
        self.world.network.faults["POST run"] = [kind]
        self.click_on([which], person=0, review=None)
        for _ in range(looks):
            self.time_passes("worker-1")
            self.world.invariants.after_step()
            if answered and len(self.world.runflow.ledger) > known:
                self.misleads(self.world.runflow.ledger[-1], f"{STRANGE}{answered}")

    def refs(self) -> set[str]:
        """Under which references Runflow may know runs that there still are."""
        return {str(pk) for pk in self.world.invariants.runs}

    def changes_nothing(self, delivery: Any, allowed: set[int]) -> None:
        """At most the run is looked at once more, by a worker, later (I6)."""
        world = self.world
        before = {pk: run.status for pk, run in world.invariants.runs.items()}
        changes, posts = len(world.invariants.changes), len(world.network.posts)
        with self.undisturbed():
            status = world.callbacks.post(delivery)
        self.totals.counts["replays"] += 1
        if status not in allowed:
            world.violation(f"I6 a replay was answered {status}")
        world.invariants.after_step()
        after = {pk: run.status for pk, run in world.invariants.runs.items()}
        if (before, changes, posts) != (
            after,
            len(world.invariants.changes),
            len(world.network.posts),
        ):
            world.violation("I6 a replay changed something")

    @rule(number=some, how=one_of(FORGERIES), at=between(0, 63))
    def tampered_callback(self, number: int, how: str, at: int) -> None:
        """By somebody without the secret: nothing is written, published or even read (I5)."""
        world = self.world
        entry = pick(world.runflow.ledger, number)
        if entry is None or not entry.body.get("callback_url"):
            return
        delivery = forged(world.callbacks.compose(entry), how, at)
        statements, bag = world.database.statements, len(world.broker.bag)
        with self.undisturbed():
            status = world.callbacks.post(delivery)
        self.totals.counts["forged callbacks"] += 1
        if status not in REFUSED:
            world.violation(f"I5 a forged callback ({how}) was answered {status}")
        if statements != world.database.statements or bag != len(world.broker.bag):
            world.violation(f"I5 a forged callback ({how}) came as far as the tables")

    @rule(what=one_of(["adds", "signs with the new", "removes the old"]))
    def rotate_secret(self, what: str) -> None:
        """As the contract has it: two at a time, then the new one, then the old one goes."""
        callbacks = self.world.callbacks
        if what == "adds" and len(callbacks.secrets) < 3:
            newest = int(callbacks.secrets[-1].split("_")[2])
            callbacks.secrets.append(f"whsec_canary_{newest + 1}_of_the_signing")
        elif what == "removes the old" and len(callbacks.secrets) > 1:
            callbacks.secrets.pop(0)
        elif what == "signs with the new":
            callbacks.signer = callbacks.secrets[-1]
        self.world.apply_settings()


def forged(delivery: Any, how: str, at: int) -> Any:
    """Something like ``delivery`` that only a stranger could have sent."""
    body, signature = delivery.body, delivery.signature
    if how == "body":
        place = at % len(body)
        changed = body[:place] + bytes([body[place] ^ 1 << at % 8]) + body[place + 1 :]
        return replace(delivery, body=changed)
    if how == "signature":
        digit = "0" if signature[at] != "0" else "1"
        return replace(delivery, signature=signature[:at] + digit + signature[at + 1 :])
    if how == "other secret":
        return replace(delivery, signature=signature_of(body, STRANGER))
    if how == "token":
        return replace(delivery, url=delivery.url.replace("~", "~x", 1))
    if how == "no run":
        head, _sign, tail = delivery.url.partition("~")
        return replace(delivery, url=head[:-1] + ("0" if head[-1] != "0" else "1") + "~" + tail)
    if how == "huge":
        return replace(delivery, body=body + b" " * 65_536)
    return replace(delivery, signature="")
