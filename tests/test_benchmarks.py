"""The benchmarks run, small: each part gives figures, beside what is without the app."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import registry
from tests.benchmarks.registry import Measured

ROOT = Path(__file__).parent.parent
PARTS = ("lists", "orders", "sweep", "start")


def run(*arguments):
    command = [sys.executable, "-m", "tests.benchmarks", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark")
    file = folder / "results.json"
    url = f"sqlite:///{folder}/benchmark.sqlite3"
    small = ("--images", 40, "--runs", 400, "--rounds", 1)
    done = run(*PARTS, "--database-url", url, *small, "--json", file)
    assert file.exists(), done.stderr[-3000:]
    return json.loads(file.read_text())


@pytest.mark.long
def test_each_part_gives_figures_and_says_on_what(results):
    assert {result["part"] for result in results["results"]} == set(PARTS)
    assert results["machine"]["cores"] >= 1
    for result in results["results"]:
        assert len(result["ours"]) == len(result["simpler"]) == results["rounds"] == 1
        assert result["ratio"] > 0
        assert result["beside"]


@pytest.mark.long
def test_our_column_takes_one_query_more_than_the_list_without_the_app(results):
    lists = {r["name"]: r["queries"] for r in results["results"] if r["part"] == "lists"}
    ours, without = lists["list with our column, first page"]
    assert ours == without + 1


@pytest.mark.long
def test_orders_take_a_few_statements_more_than_their_rows(results):
    orders = [r for r in results["results"] if r["part"] == "orders"]
    beyond = {r["queries"][0] - r["queries"][1] for r in orders if "budgets" not in r["name"]}
    assert len(beyond) == 1  # for any number of images
    assert beyond.pop() <= 6


def test_parts_are_named_and_others_refused():
    assert set(run("--list").stdout.split()) == set(registry.part_names())
    refused = run("no_such_part")
    assert refused.returncode == 2
    assert "There is no part no_such_part." in refused.stderr


def test_a_ratio_is_the_middle_one_of_its_pairs():
    figures = {"name": "x", "beside": "y", "ours": [3, 8, 4], "simpler": [1, 2, 4]}
    assert Measured(**figures).ratio == 3
    assert Measured(**figures).is_met is None
    assert Measured(**figures, bar=2.5).is_met is False
    assert Measured(**figures, bar=2.5, at_least=True).is_met is True
