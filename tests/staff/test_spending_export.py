"""Spending as CSV: a line for every run, and no cell that is a formula."""

import pytest

from django_product_isolation.choices import Status
from tests.shop import make_staff

from .test_spending import add_run, batch_at, exported

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_network", "last_of_march")]


def test_the_export_has_a_line_for_every_run(client, bookkeeper):
    ann = make_staff(name="ann")
    batch = batch_at("2026-03-02 12:00+00:00", ann)
    add_run(batch, cost="0.27", label='Cup, "blue"', runflow_run_id="run_a")
    add_run(batch_at("2026-03-03 12:00+00:00"), Status.QUEUED, label="Ü", runflow_run_id=None)
    add_run(batch_at("2026-02-03 12:00+00:00"), cost="9")
    assert exported(client) == [
        {
            "day": "2026-03-02",
            "person": "ann",
            "model": "catalogue.productimage",
            "product": 'Cup, "blue"',
            "status": "Applied",
            "runflow id": "run_a",
            "cost USD": "0.2700",
            "marketplaces": "",
        },
        {
            "day": "2026-03-03",
            "person": "",
            "model": "catalogue.productimage",
            "product": "Ü",
            "status": "Queued",
            "runflow id": "",
            "cost USD": "",
            "marketplaces": "",
        },
    ]


def test_a_line_says_which_marketplaces_take_the_result(client, bookkeeper):
    batch = batch_at("2026-03-02 12:00+00:00", places=["ebay", "walmart"])
    facts = {"format": "JPEG", "width": 1024, "height": 1024, "bytes": 90_000, "source_type": ""}
    add_run(
        batch, published=facts, measures={"background": {"below_white": 0.0, "worst_corner": 0.0}}
    )
    [line] = exported(client)
    assert line["marketplaces"] == (
        "eBay: yes; Walmart Marketplace: no "
        "(Short side: 1024 pixels, but at least 2200 are needed.)"
    )


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " +", "\r@", "\n-"])
def test_no_name_becomes_a_formula(client, bookkeeper, start):
    formula = f"{start}HYPERLINK(1)"
    batch = batch_at("2026-03-02 12:00+00:00", make_staff(name=f"{start[-1]}ann"))
    add_run(batch, label=formula, runflow_run_id=f"{start[-1]}x")
    [line] = exported(client)
    written = formula.replace("\t", " ").replace("\r", " ").replace("\n", " ")
    assert line["product"] == f"'{written}"
    assert line["person"] == f"'{start[-1]}ann"
    assert line["runflow id"] == f"'{start[-1]}x"


def test_no_part_of_a_name_becomes_a_formula_where_semicolons_separate(client, bookkeeper):
    batch = batch_at("2026-03-02 12:00+00:00", make_staff(name="ann"))
    add_run(batch, label='Mug;=HYPERLINK("http://evil.example")\n=1+1', runflow_run_id="x")
    [line] = exported(client)
    assert line["product"] == 'Mug;\'=HYPERLINK("http://evil.example") =1+1'


def test_a_name_that_only_contains_signs_stays(client, bookkeeper):
    add_run(batch_at("2026-03-02 12:00+00:00"), label="Cup 1+1 = 2")
    assert exported(client)[0]["product"] == "Cup 1+1 = 2"
