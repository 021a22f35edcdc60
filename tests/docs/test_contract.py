"""Comments cite sections of the wire contract: each of them can be opened."""

import re

from tests.docs.pages import DOCS, ROOT

CITED = re.compile(r"\bsections? (\d+(?:\.\d+)*(?:(?:,| and| to|, and) \d+(?:\.\d+)*)*)")
CONTRACT = DOCS / "how-it-works" / "contract.md"


def cited_in(text):
    """The numbers behind "section"; of a range, its first and last."""
    for found in CITED.findall(" ".join(text.replace("#", " ").split())):
        yield from re.findall(r"\d+(?:\.\d+)*", found)


def anchors():
    text = CONTRACT.read_text()
    ids = re.findall(r"^\(contract-([\d-]+)\)=$|\{#contract-([\d-]+)\}", text, re.MULTILINE)
    return {(heading or line).replace("-", ".") for heading, line in ids}


def test_every_section_that_the_package_cites_can_be_opened():
    cited = {
        number: path.relative_to(ROOT)
        for folder in ("django_product_isolation", "tests")
        for path in (ROOT / folder).rglob("*.py")
        if path.parent.name != "docs"
        for number in cited_in(path.read_text())
    }
    assert len(cited) > 20
    assert {number: path for number, path in cited.items() if number not in anchors()} == {}


def test_citations_are_read_in_all_their_forms():
    text = "(contract, sections 2.1 to 2.3, 2.11), section 9.1.10 (sections 2.1, 2.7 and 8)"
    assert list(cited_in(text)) == ["2.1", "2.3", "2.11", "9.1.10", "2.1", "2.7", "8"]


def test_each_heading_has_the_address_of_its_number():
    text = CONTRACT.read_text()
    headings = re.findall(r"^\(contract-([\d-]+)\)=\n#+ (\d+(?:\.\d+)?)\.? ", text, re.MULTILINE)
    assert len(headings) == len(re.findall(r"^##+ ", text, re.MULTILINE))
    assert all(anchor.replace("-", ".") == number for anchor, number in headings)
