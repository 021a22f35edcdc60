"""Of what somebody outside writes, nothing that could open a file is kept."""

import html
import json
import textwrap
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_product_isolation.redaction import safe_id, safe_name, safe_text

SIGNATURE = "0f3c9a8b12e4d5f60718293a4b5c6d7e"
LINK = (
    "https://files.runflow.example/o/teapot.webp?X-Amz-Expires=900&X-Amz-Signature="
    f"{SIGNATURE}&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20260701"
)
DISGUISES = {
    "as it is": LINK,
    "in capitals": LINK.upper(),
    "percent-encoded": quote(LINK, safe=""),
    "encoded twice": quote(quote(LINK, safe=""), safe=""),
    "without a scheme": LINK.removeprefix("https://"),
    "relative to the scheme": LINK.removeprefix("https:"),
    "path and query": LINK.removeprefix("https://files.runflow.example"),
    "query alone": LINK.partition("?")[2],
    "fragment of the query": LINK.partition("X-Amz-Sig")[2],
    "HTML-escaped": html.escape(LINK),
    "JSON-escaped": json.dumps(LINK).replace("/", "\\/").replace("&", "\\u0026"),
    "in JSON": json.dumps({"url": LINK}),
    "in angle brackets": f"<{LINK}>",
    "in Markdown": f"[here]({LINK})",
    "broken over lines": "\n".join(textwrap.wrap(LINK, 11)),
    "broken with signs": "=\r\n".join(textwrap.wrap(LINK, 20)),
    "broken by words": " ".join(textwrap.wrap(LINK, 7)),
    "with wide spaces": "\u2003".join(textwrap.wrap(LINK, 9)),
    "other scheme": LINK.replace("https", "s3"),
    "backslashes": LINK.replace("/", "\\"),
    "signature alone": f"SignatureDoesNotMatch {SIGNATURE}",
    "named signature": f"the signature was {SIGNATURE}",
    "named secret of letters": "the token opensesameopensesame is not valid",
    "bearer": "Authorization: Bearer opensesameopensesame",
    "base64": "cannot read aHR0cHM6Ly9maWxlcy5ydW5mbG93LmV4YW1wbGUvby90ZWFwb3Q/c2ln",
    "data URI": "data:image/png;base64,aHR0cHM6Ly9maWxlcy5ydW5mbG93LmV4YW1wbGU",
    "full width": LINK.replace("?", "\uff1f").replace("=", "\uff1d"),
}


def pieces(secret, size=6):
    return {secret[at : at + size].lower() for at in range(len(secret) - size + 1)}


SECRETS = pieces(SIGNATURE) | pieces("AKIAIOSFODNN7EXAMPLE") | {"opensesame", "teapot", "ahr0ch"}


@pytest.mark.parametrize("name", DISGUISES)
@pytest.mark.parametrize("text", ["{}", "Could not fetch the image at {} because it is gone."])
def test_no_disguise_of_a_link_gets_through(name, text):
    shown = safe_text(text.format(DISGUISES[name]))
    assert [piece for piece in SECRETS if piece in shown.lower()] == []
    assert shown.isprintable()


@pytest.mark.parametrize("name", DISGUISES)
def test_nor_as_a_code_or_the_id_of_a_request(name):
    for shown in (safe_name(DISGUISES[name]), safe_id(DISGUISES[name])):
        assert [piece for piece in SECRETS if piece in shown.lower()] == []


@pytest.mark.parametrize(
    "text",
    [
        "This key is not valid",
        "Something is wrong.",
        "input.aspect_ratio: is not one of 1:1, 2:3 or 16:9",
        "The image is 5000x4096 pixels, above 4096x4096.",
        "An image may have 52428800 bytes (50MB), or 12.5%.",
        "The balance is too low: 0.12 USD",
        "EMAIL_NOT_VERIFIED: please confirm your e-mail",
        "\u676f\u5b50\u7684\u989c\u8272\u4e0d\u5bf9\u3002",
        "The handle is 10cm too short.",
        "Das Bild ist zu gro\u00df; l\u2019image n\u2019est pas lisible",
    ],
)
def test_prose_is_kept_as_it_is(text):
    assert safe_text(text).removesuffix(" \u2026") in (text, text.partition(" key")[0] + " key")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("bad https://a.example/p/q?sig=1#f here", "bad \u2026"),
        ("  two\r\nlines\t ", "two lines"),
        ("NUL\0here", "\u2026"),
        ("word " * 400, ("word " * 60).strip()[:300]),
        (None, ""),
        (7, ""),
        ({"a": 1}, ""),
    ],
)
def test_a_text_is_one_short_line_up_to_what_is_no_prose(text, shown):
    assert safe_text(text) == shown


@pytest.mark.parametrize("name", ["INSUFFICIENT_CREDIT", "run.completed", "HTTP_422", "too-large"])
def test_a_name_is_kept(name):
    assert safe_name(name) == name


@pytest.mark.parametrize("name", ["a b", "a=b", "a/b", "x" * 101, "a" * 30, "\0", "12345678"])
def test_what_is_no_name_is_marked(name):
    assert safe_name(name) == "\u2026"


def test_no_name_is_none():
    assert [safe_name(value) for value in (None, "", 7, [])] == ["", "", "", ""]


@pytest.mark.parametrize("value", ["req-7", "019f1d03-8dc0-7cba-a551-2100f80b56fc"])
def test_the_id_of_a_request_is_kept(value):
    assert safe_id(value) == value


@given(st.text(), st.text("0123456789abcdefABCDEFXYZ+/_-=%&?.", min_size=24, max_size=80))
def test_no_text_around_it_brings_a_long_mixed_word_through(around, token):
    if any(c.isdigit() for c in token) and any(c.isalpha() for c in token):
        shown = safe_text(f"{around} {token} {around}")
        assert token not in shown
    assert len(safe_text(around)) <= 300
    assert "\0" not in safe_text(around)
