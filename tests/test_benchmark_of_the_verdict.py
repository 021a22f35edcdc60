"""The benchmark of the verdict counts what is flagged, by kind, beside a plain judgement."""

import csv
from argparse import Namespace

import pytest

pytest.importorskip("cv2", reason="the extra verdict is not installed")

from tests.benchmarks.parts import verdict as part
from tests.benchmarks.registry import Measured
from tests.benchmarks.table import record
from tests.imaging.verdict import drawn

pytestmark = pytest.mark.long  # starts a process

ROWS = [
    ("photo.jpg", "whole.png", "faithful", "plain"),
    ("photo.jpg", "small.png", "unfaithful", "too-small"),
    ("photo.jpg", "grey.png", "unfaithful", "background-grey"),
]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    files = {
        "photo.jpg": drawn.photo(),
        "whole.png": drawn.result(),
        "small.png": drawn.result(width=240),
        "grey.png": drawn.result(background=(235, 235, 235)),
    }
    for name, file in files.items():
        (folder / name).write_bytes(file.getvalue())
    with open(folder / "pairs.csv", "w", newline="") as file:
        csv.writer(file).writerows([("source", "result", "label", "kind"), *ROWS])
    rows = part.shares(Namespace(pairs=folder, sample=None))
    return {row.name: row for row in rows}


def test_each_kind_and_all_of_them_have_a_row(told):
    assert told["flagged: too-small"].ours == told["flagged: all tampered"].ours == [100]
    assert told["held back: all faithful"].ours == [0]
    assert told["flagged: background, frame, sharpness"].also["pairs"] == 2


def test_words_that_fit_and_what_the_result_alone_tells_are_counted(told):
    assert told["flagged: background-grey"].also["named"] == 100
    assert told["flagged: background-grey"].also["by_the_result_alone"] == 100
    assert told["held back: plain"].also["by_the_result_alone"] == 0


def test_the_plain_judgement_holds_back_no_more_faithful_ones(told):
    assert told["held back: all faithful"].simpler == [0]


def test_a_bar_of_itself_is_kept_by_our_figure_whatever_the_simpler_one():
    figures = {"name": "x", "beside": "y", "ours": [90.0], "simpler": [0.0], "of_itself": True}
    assert Measured(**figures, bar=94, at_least=True).is_met is False
    assert Measured(**figures, bar=80, at_least=True).is_met is True
    assert record("verdict", "", Measured(**figures))["ratio"] is None
