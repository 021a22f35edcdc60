"""The built pages: every link leads somewhere, also from the README to the public address."""

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from tests.docs.pages import DOCS, PAGES, ROOT

pytestmark = pytest.mark.long  # a whole site is built

HOME = "https://django-product-isolation.readthedocs.io/"
REPOSITORY = "https://github.com/django-product-isolation/django-product-isolation"
RAW = "https://raw.githubusercontent.com/django-product-isolation/django-product-isolation/main/"
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)")


class Page(HTMLParser):
    """What a page links to, shows and can be entered at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.undescribed: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.ids.add(values.get("id") or "")
        self.links += [values[key] for key in ("href", "src") if values.get(key)]
        if tag == "img" and not values.get("alt"):
            self.undescribed.append(values["src"])


@cache
def read(path: Path) -> Page:
    return Page(path.read_text())


def file_at(site: Path, path: str) -> Path:
    found = site / unquote(path).lstrip("/")
    return found / "index.html" if found.is_dir() else found


def leads_nowhere(site: Path, address: str) -> bool:
    path, fragment = urldefrag(address)
    found = file_at(site, urlsplit(path).path)
    if not found.is_file():
        return True
    return bool(fragment) and found.suffix == ".html" and fragment not in read(found).ids


def built_pages(site: Path) -> list[Path]:
    """Sphinx' own pages, search and index, have parts that only scripts fill."""
    return [p for p in site.rglob("index.html") if p.parent.name not in ("search", "genindex")]


def test_every_link_within_the_documentation_leads_to_a_page_and_place(site):
    lost = {}
    for path in built_pages(site):
        here = f"/{path.parent.relative_to(site).as_posix()}/".replace("/./", "/")
        for link in read(path).links:
            if not urlsplit(link).scheme and leads_nowhere(site, urljoin(here, link)):
                lost[link] = here
    assert not lost
    assert len(built_pages(site)) > 20


def test_every_picture_is_described(site):
    assert [name for path in built_pages(site) for name in read(path).undescribed] == []


def test_every_page_can_be_reached_from_the_first_one(site):
    reached, ahead = set(), {"/"}
    while ahead:
        here = ahead.pop()
        reached.add(file_at(site, here))
        for link in read(file_at(site, here)).links:
            there = urlsplit(urljoin(here, link)).path
            found = file_at(site, there)
            if not urlsplit(link).scheme and found.suffix == ".html" and found not in reached:
                ahead.add(there)
    assert set(built_pages(site)) <= reached


LOADED = re.compile(r'<(?:script|img|link rel="stylesheet")[^>]*? (?:src|href)="([^"]*)"')


def test_pages_load_nothing_from_elsewhere(site):
    loaded = {url for path in built_pages(site) for url in LOADED.findall(path.read_text())}
    assert len(loaded) > 5
    assert not [url for url in loaded if urlsplit(url).netloc]


def test_the_picture_of_the_architecture_needs_no_script(site):
    drawn = (DOCS / "how-it-works" / "architecture.svg").read_text()
    assert "<script" not in drawn
    assert "<title" in drawn


@pytest.mark.parametrize("file", PAGES[:4], ids=lambda file: file.name)
def test_links_of_files_beside_the_package_are_absolute_and_lead_somewhere(site, file):
    for _is_picture, address in LINK.findall(file.read_text()):
        if address.startswith(HOME):
            assert address.startswith(f"{HOME}en/latest/"), address
            assert not leads_nowhere(site, address.removeprefix(f"{HOME}en/latest")), address
        elif address.startswith(RAW):
            assert (ROOT / address.removeprefix(RAW)).is_file(), address
        else:
            assert address.startswith("https://"), address


def test_the_public_addresses_are_those_of_the_package(site):
    tomllib = pytest.importorskip("tomllib")  # since Python 3.11
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["urls"]
    assert (urls["Documentation"], urls["Repository"]) == (HOME, REPOSITORY)
    for address in urls.values():
        assert address.startswith((HOME, REPOSITORY))
    assert not leads_nowhere(site, urls["Changelog"].removeprefix(f"{HOME}en/latest"))


def test_the_readme_is_one_screen_and_a_half():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 90
