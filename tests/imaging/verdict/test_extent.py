"""What stands out in the photograph beside the product's place: a part of it, or a thing."""

import numpy as np
import pytest

pytest.importorskip("cv2")
pytest.importorskip("onnxruntime")

from django_product_isolation.imaging.verdict import findings
from django_product_isolation.imaging.verdict.measurements import extent

SIDE = 320
RED, GREY, BLUE = (180, 30, 40), (120, 120, 120), (30, 40, 170)
WHOLE = (slice(110, 210), slice(90, 230))
DRAWN = (slice(110, 210), slice(90, 200))  # the last 30 pixels are missing
BESIDE = (slice(110, 210), slice(60, 90))  # adjoins the product's other side
AS_IT_IS = np.array([[1.0, 0, 0], [0, 1.0, 0]])


def by_colour(window):
    """What stands out: all that is not as grey as the background."""
    return (np.abs(window.astype(int) - GREY).max(axis=2) > 30).astype(np.float32)


@pytest.fixture(autouse=True)
def known_saliency(monkeypatch):
    monkeypatch.setattr(extent, "saliency_map", by_colour)


def measured(photo):
    """The extent of a product that lies in the photograph where it lies in the result."""
    product = np.zeros((SIDE, SIDE), bool)
    product[DRAWN] = True
    holes = np.zeros_like(product)
    return extent.measured_extent(product, holes, (90, 110, 200, 210), photo, AS_IT_IS)


@pytest.fixture
def photo():
    pixels = np.full((SIDE, SIDE, 3), GREY, np.uint8)
    pixels[WHOLE] = RED
    return pixels


@pytest.fixture
def thing_behind(photo):
    photo[WHOLE] = GREY
    photo[DRAWN] = RED
    photo[BESIDE] = BLUE
    return photo


def judged(told):
    alignment = {
        "inliers": 100,
        "mirrored": 0,
        "keypoints": 500,
        "share": 0.5,
        "span": 0.5,
        "stretch": 1.0,
    }
    return findings({"unchecked": [], "alignment": alignment, "extent": told})


def test_a_part_goes_on_as_the_product_does(photo):
    [part] = measured(photo)["missing"]
    assert part["share"] == pytest.approx(30 / 110, abs=0.06)
    assert part["apart"] < 3
    assert part["without"] > 0.95


def test_a_thing_behind_the_product_does_not(thing_behind):
    [thing] = measured(thing_behind)["missing"]
    assert thing["apart"] > 30


def test_a_part_that_goes_on_is_missed_though_little_else_agrees(photo):
    told = measured(photo)
    assert told["agreement"] < 0.8
    [finding] = judged(told)
    assert finding.id == "part_missing"
    assert [one.source for one in finding.regions] == [told["missing"][0]["box"]]


def test_a_thing_that_stands_out_is_no_part_where_little_agrees(thing_behind):
    told = measured(thing_behind)
    assert told["agreement"] < 0.8
    assert judged(told) == []


def test_what_runs_on_to_the_end_of_what_is_seen_is_no_part(photo):
    photo[110:210, 90:] = RED
    told = measured(photo)
    assert told["missing"][0]["apart"] < 3
    assert judged(told) == []


def test_measures_of_an_earlier_version_are_judged_by_what_they_hold():
    part = {"share": 0.3, "runs_on": 0.0, "box": [0, 0, 1, 1]}
    assert judged({"agreement": 0.7, "missing": [part], "added": []}) == []
    [finding] = judged({"agreement": 0.9, "missing": [part], "added": []})
    assert finding.id == "part_missing"
