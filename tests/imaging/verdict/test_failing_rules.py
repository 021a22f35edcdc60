"""A shop's rule that fails, or answers what is no number, is told and breaks nothing."""

import logging

import pytest

from django_product_isolation.imaging.verdict import (
    Region,
    Seen,
    findings,
    measure,
    register,
    sentence_for,
    unregister,
)
from django_product_isolation.imaging.verdict.measure_names import NAMES

from . import drawn

FRAME = {"fill": 0.8, "touching": 0.0, "box": [0.1, 0.1, 0.9, 0.9], "islands": []}
MEASURES = {
    "unchecked": [],
    "size": {"result": [800, 800]},
    "softness": {"outline": 4.0},
    "frame": {"empty": False, **FRAME},
    "background": {"below_white": 0.0, "worst_corner": 0.0},
}


@pytest.fixture
def shop_rule():
    def add(rule, name="own", title="Own check"):
        register(name, "It is odd.", title)(rule)

    yield add
    unregister("own")
    unregister("other")


def raising(error):
    def rule(_measures, _limits):
        raise error

    return rule


def answering(answer):
    return lambda _measures, _limits: answer


def found(measures=MEASURES):
    return {one.id: one for one in findings(measures)}


FAILURES = [
    ZeroDivisionError("no"),
    AttributeError("no"),
    TypeError("no"),
    IndexError("no"),
    KeyError(),
    KeyError(["no"]),
    KeyError("grond"),
    KeyError("below_whit"),
    KeyError("background"),  # it is there: the rule looked elsewhere for it
    RecursionError(),
]


@pytest.mark.parametrize("error", FAILURES, ids=repr)
def test_a_rule_that_fails_says_what_was_not_checked(shop_rule, error):
    shop_rule(raising(error))
    [finding] = found().values()
    assert (finding.id, finding.strength) == ("not_checked", 1.0)
    assert finding.about == (f"rule own: {type(error).__name__}",)
    told = sentence_for(finding.about[0])
    assert told == "A check failed: Own check. Tell your developer."


@pytest.mark.parametrize(
    "rule",
    [
        lambda measures, _limits: measures["colour"]["shift_ab"],
        lambda measures, _limits: measures["size"]["source"][0],
        lambda measures, _limits: 2.0 if measures["alignment"]["inliers"] else 3.0,
    ],
)
def test_a_measure_that_was_not_taken_is_passed_over_in_silence(shop_rule, rule, caplog):
    shop_rule(rule)
    assert found() == {}
    assert not caplog.records


@pytest.mark.parametrize(
    "rule",
    [
        lambda measures, _limits: measures["grond"]["below_white"],
        lambda measures, _limits: measures["background"]["below_whit"],
        lambda measures, _limits: measures["below_white"],
    ],
)
def test_a_name_that_no_measure_has_is_told(shop_rule, rule):
    shop_rule(rule)
    assert found().keys() == {"not_checked"}


NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    "answer",
    [
        NAN,
        INFINITE,
        "2.0",
        [2.0],
        10**400,
        Seen(NAN),
        Seen(None),
        Seen(2.0, (Region(result=[0, 0, NAN, 1]),)),
        Seen(2.0, (Region(source=[0, 0, 1]),)),
        Seen(2.0, (None,)),
        Seen(2.0, about=3),
    ],
    ids=repr,
)
def test_an_answer_that_is_no_finite_number_is_told(shop_rule, answer):
    shop_rule(answering(answer))
    assert found().keys() == {"not_checked"}


def test_numbers_of_numpy_are_numbers(shop_rule):
    numpy = pytest.importorskip("numpy")
    box = numpy.array([0, 0, 1, 0.5], dtype="float32")
    shop_rule(answering(numpy.float32(2.5)))
    shop_rule(answering(Seen(numpy.float32(3), (Region(result=box),))), "other")
    own, other = found()["own"], found()["other"]
    assert (own.strength, other.strength) == (2.5, 3.0)
    assert type(own.strength) is type(other.strength) is float
    assert other.regions == (Region(result=[0.0, 0.0, 1.0, 0.5]),)


def test_what_failed_is_told_beside_what_else_was_not_checked(shop_rule):
    shop_rule(raising(ValueError()))
    shop_rule(raising(OSError()), "other", None)
    before = {**MEASURES, "unchecked": [{"what": "source", "why": "missing"}]}
    [finding] = found(before).values()
    assert finding.about == ("source: missing", "rule own: ValueError", "rule other: OSError")
    assert sentence_for("rule gone: OSError") == "A check failed: gone. Tell your developer."


def test_a_rule_that_fails_keeps_no_other_from_judging(shop_rule):
    shop_rule(raising(ValueError()))
    soft = {**MEASURES, "softness": {"outline": 9.0}}
    assert list(found(soft)) == ["soft", "not_checked"]


def test_a_failure_is_logged_once_with_the_rules_id(shop_rule, caplog):
    caplog.set_level(logging.ERROR, "django_product_isolation")
    shop_rule(raising(ValueError("of the shop")))
    found(), found()
    [record] = caplog.records
    assert record.getMessage() == "rule_failed finding=own"
    assert "of the shop" in str(record.exc_info[1])
    shop_rule(raising(ValueError("another")))
    found()
    assert len(caplog.records) == 2


def test_every_name_in_measures_is_known():
    """Otherwise a rule that asks for it holds back what lacks it."""
    pytest.importorskip("cv2", reason="the extra verdict is not installed")
    taken = measure(drawn.photo(), drawn.result())
    assert taken.keys() <= NAMES.keys()
    for name, part in taken.items():
        if isinstance(part, dict):
            assert part.keys() <= NAMES[name], name
