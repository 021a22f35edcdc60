"""Limits change without another look, and a shop adds rules and words of its own."""

from dataclasses import replace

import pytest
from django.utils import translation

from django_product_isolation.imaging.verdict import (
    DEFAULT,
    Region,
    Seen,
    findings,
    register,
    unregister,
)

MEASURES = {"unchecked": [], "softness": {"outline": 4.0}, "size": {"result": [800, 800]}}


@pytest.fixture
def own_rule():
    @register("under_1000", "Our marketplace asks for 1000 pixels.")
    def under_1000(measures, limits):
        longest = max(measures["size"]["result"])
        return Seen(1000 / longest, (Region(result=[0, 0, 1, 1]),))

    yield
    unregister("under_1000")


def test_other_limits_judge_the_same_measures_anew():
    assert findings(MEASURES) == []
    [strict] = findings(MEASURES, replace(DEFAULT, outline=2.0))
    assert (strict.id, strict.strength) == ("soft", 2.0)


def test_a_shop_adds_a_finding_of_its_own(own_rule):
    [finding] = findings(MEASURES)
    assert finding.id == "under_1000"
    assert finding.sentence == "Our marketplace asks for 1000 pixels."
    assert finding.regions[0].result == [0, 0, 1, 1]


def test_a_rule_of_the_same_id_takes_the_place_of_ours(own_rule):
    register("under_1000", "Never.")(lambda measures, limits: None)
    assert findings(MEASURES) == []


def test_a_rule_that_fails_does_not_keep_the_others_from_judging(own_rule):
    measures = {**MEASURES, "size": {}, "softness": {"outline": 9.0}}
    assert [one.id for one in findings(measures)] == ["soft"]


def test_the_strongest_comes_first_and_what_was_not_checked_last():
    measures = {
        "unchecked": [{"what": "alignment", "why": "failed"}],
        "softness": {"outline": 6.0},
        "frame": {"empty": False, "fill": 0.1, "touching": 0, "box": [0, 0, 1, 1], "islands": []},
    }
    assert [one.id for one in findings(measures)] == ["too_small", "soft", "not_checked"]


@pytest.mark.parametrize(
    ("language", "word"), [("en", "blurry"), ("de", "unscharf"), ("fr", "floue"), ("es", "borrosa")]
)
def test_staff_read_the_sentence_in_their_language(language, word):
    [finding] = findings({**MEASURES, "softness": {"outline": 9.0}})
    with translation.override(language):
        assert word in str(finding.sentence)
