"""What may stand in a cell of a CSV file that a spreadsheet opens.

A spreadsheet splits lines at the list separator of its own country, takes what begins like a
formula for one, and passes over quotes and spaces before it.
"""

import re

# Line breaks of every kind, tabs and other controls: no name has one, and each may end a cell.
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
FORMULA = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"  # and their wide and small forms
BEGINNING = re.compile(rf"(^|;)(?=[^\w;{FORMULA}]*[{FORMULA}])")


def cell(text: str) -> str:
    """The text on one line, with an apostrophe before what some spreadsheet takes for a formula."""
    return BEGINNING.sub(r"\1'", CONTROLS.sub(" ", text))
