"""No cell of the CSV begins a formula, whichever separator a spreadsheet splits it at."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from django_product_isolation.staff.spending import cell

STARTS = "=+-@\uff1d\uff0b\uff0d\uff20"
WRITTEN = st.lists(
    st.sampled_from([*STARTS, *";,|\t\r\n\"' \u00a0\u2028\x0b", "a", "1"]), max_size=9
)


def cells_of(line):
    """As a lenient spreadsheet sees them: split first at the separator, quotes passed over."""
    found = []
    for separator in ";\t\r\n\u2028":
        for part in line.split(separator):
            found.append(part)
        for row in csv.reader(io.StringIO(line), delimiter=";"):
            found += row
    found += next(csv.reader(io.StringIO(line)))
    return found


@given(WRITTEN.map("".join), WRITTEN.map("".join))
@example('Mug;"=1+1"', 'x;"";=cmd')
@example("Mug\n=1+1", "Mug\r=1")
@example("Mug\x85=1", " \u00a0=1")
def test_no_text_becomes_a_formula_at_any_separator(one, other):
    file = io.StringIO()
    csv.writer(file).writerow(["2026-03-02", cell(one), cell(other), "0.27"])
    line = file.getvalue().removesuffix("\r\n")
    assert "\n" not in line
    for found in cells_of(line):
        assert not found.strip('" ,|\u00a0\t\r\n').startswith(tuple(STARTS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Enamel mug, blue", "Enamel mug, blue"),
        ("Mug (-20 %)", "Mug (-20 %)"),
        ("T-shirt; size L", "T-shirt; size L"),
        ("O'Neill \u2013 \u201ebest\u201c", "O'Neill \u2013 \u201ebest\u201c"),
        ("=1+1", "'=1+1"),
        ("  =1+1", "'  =1+1"),
        ("Mug;=1+1", "Mug;'=1+1"),
        ('Mug; "=1+1"', 'Mug;\' "=1+1"'),
        ("Mug\r\n=1+1", "Mug =1+1"),
        ("\t@SUM(A1)", "' @SUM(A1)"),
        ("\uff1dcmd", "'\uff1dcmd"),
        ("a;;-b", "a;;'-b"),
        ("", ""),
        ("0.2700", "0.2700"),
    ],
)
def test_only_what_begins_a_formula_is_changed(text, expected):
    assert cell(text) == expected
