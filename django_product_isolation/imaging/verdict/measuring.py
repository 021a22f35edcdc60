"""Measuring a result beside its source, with whatever is installed here.

Nothing that goes wrong while looking leaves this module: it is said in ``unchecked``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, BinaryIO

from django_product_isolation.forks import ForkSafeLock

VERSION = 3
PACKAGES = {
    "numpy": "numpy",
    "cv2": "opencv-python-headless",
    "onnxruntime": "onnxruntime",
}

Measures = dict[str, Any]


_turn = ForkSafeLock()  # one verdict at a time in a process


def measure(source: BinaryIO, result: BinaryIO) -> Measures:
    """What ``findings`` judges by: plain numbers, texts, lists and dicts, ready for JSON.

    ``source`` and ``result`` are local, seekable files of the photograph and of what came back;
    they stand at their beginning afterwards. Boxes are left, top, right, bottom as fractions of
    the picture. The same files give the same numbers. Raises nothing on pictures: what could not
    be measured is listed in ``unchecked``, with ``what`` and ``why``.
    """
    measures: Measures = {"version": VERSION, "unchecked": []}
    with _turn.current, _told(measures, "everything"):
        if _is_missing("numpy", measures, "everything"):
            return measures
        from .comparison import Comparison

        comparison = Comparison(source, result)
        if not _taken(measures, "result", comparison.measure_result):
            return measures
        if measures["frame"]["empty"] or _is_missing("cv2", measures, "comparison"):
            return measures
        _compare(comparison, measures)
    return measures


def missing_packages() -> list[str]:
    """The names of what is not installed, and without which results are judged in part only."""
    return [package for module, package in PACKAGES.items() if not is_there(module)]


def _compare(comparison: Any, measures: Measures) -> None:
    with _own_threads():
        if not _taken(measures, "source", comparison.read_source):
            return
        if not _taken(measures, "alignment", comparison.align) or comparison.alignment is None:
            return
        _taken(measures, "comparison", comparison.compare_aligned)
        if not _is_missing("onnxruntime", measures, "extent"):
            _taken(measures, "extent", comparison.compare_extent)


def _taken(measures: Measures, what: str, look: Callable[[], Measures]) -> bool:
    """Add what a look brings. Whether it could be taken."""
    with _told(measures, what):
        measures.update(look())
        return True
    return False


@contextmanager
def _told(measures: Measures, what: str) -> Iterator[None]:
    # Whoever asks what findings are called needs no decoder.
    from django_product_isolation.imaging.decoding import ImageRejected

    try:
        yield
    except ImageRejected as error:
        measures["unchecked"].append({"what": what, "why": error.code})
    except Exception as error:  # the decoder's, cv2's and onnxruntime's, which are not imported
        measures["unchecked"].append({"what": what, "why": type(error).__name__})


def _is_missing(module: str, measures: Measures, what: str) -> bool:
    if is_there(module):
        return False
    measures["unchecked"].append({"what": what, "why": f"missing {PACKAGES[module]}"})
    return True


def is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:  # what tests put in the place of a module
        return False


@contextmanager
def _own_threads() -> Iterator[None]:
    """OpenCV's optical flow depends on their number."""
    import cv2

    before = cv2.getNumThreads()
    cv2.setNumThreads(2)
    try:
        yield
    finally:
        cv2.setNumThreads(before)
