"""What cannot be looked at is said, and never raised."""

import sys
import threading
from io import BytesIO

import pytest
from PIL import Image

from django_product_isolation.imaging import u2netp
from django_product_isolation.imaging.verdict import findings, measure, measuring
from django_product_isolation.imaging.verdict.measurements import saliency, structure

from . import drawn

pytest.importorskip("cv2", reason="the extra verdict is not installed")


def about(measures):
    return [text for one in findings(measures) if one.id == "not_checked" for text in one.about]


@pytest.mark.parametrize(
    ("module", "package", "still_measured"),
    [
        ("numpy", "numpy", set()),
        ("cv2", "opencv-python-headless", {"background", "frame"}),
        ("onnxruntime", "onnxruntime", {"background", "frame", "colour", "structure", "rim"}),
    ],
)
def test_a_library_that_is_missing_is_named(module, package, still_measured, monkeypatch):
    monkeypatch.setitem(sys.modules, module, None)
    measures = measure(drawn.photo(), drawn.result())
    assert any(package in text for text in about(measures))
    assert still_measured <= measures.keys()


def test_missing_weights_are_named(monkeypatch):
    saliency.session.cache_clear()
    monkeypatch.setattr(u2netp, "PACKAGE", "no-such-distribution")
    assert "extent: WeightsMissing" in about(measure(drawn.photo(), drawn.result()))


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\nno picture"])
def test_a_file_that_is_no_picture_is_said_of_either(content):
    assert any("result" in text for text in about(measure(drawn.photo(), BytesIO(content))))
    assert any("source" in text for text in about(measure(BytesIO(content), drawn.result())))


def test_a_file_cut_short_is_said():
    whole = drawn.result().getvalue()
    assert "result: unreadable" in about(measure(drawn.photo(), BytesIO(whole[: len(whole) // 2])))


def test_a_look_that_fails_leaves_what_was_measured_before(monkeypatch):
    def fails(overlay):
        raise ZeroDivisionError

    monkeypatch.setattr(structure, "measured_structure", fails)
    measures = measure(drawn.photo(), drawn.result())
    assert "comparison: ZeroDivisionError" in about(measures)
    assert measures["frame"]["fill"] > 0.4


def test_a_result_that_shows_nothing_is_too_small():
    empty = drawn.saved(Image.new("RGB", (600, 600), "white"))
    assert {one.id for one in findings(measure(drawn.photo(), empty))} == {"too_small"}


def test_one_pair_at_a_time_is_looked_at():
    done = []
    other = threading.Thread(target=lambda: done.append(measure(BytesIO(), BytesIO())))
    with measuring._turn.current:
        other.start()
        other.join(timeout=1)
        assert not done
    other.join()
    assert done


def test_measures_of_which_a_part_is_missing_are_judged_by_the_rest():
    assert findings({"version": 1, "unchecked": []}) == []
    assert [one.id for one in findings({"softness": {"outline": 99.0}})] == ["soft"]
