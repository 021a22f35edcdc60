import json
import uuid

import pytest
from django.core import signing
from hypothesis import example, given, settings
from hypothesis import strategies as st

from django_product_isolation.runflow.callbacks import (
    BadCallback,
    BadToken,
    make_token,
    parse,
    read_token,
    signature_is_valid,
    signature_of,
    usable_secrets,
)

# The vector of the contract's section 2.4, and the same body under a secret of usable length;
# both signatures were made with openssl.
BODY = (
    b'{"event":"run.completed","run_id":"019f1d03-8dc0-7cba-a551-2100f80b56fc",'
    b'"status":"succeeded","output":{"image_urls":'
    b'["https://files.example.test/o/teapot.webp?sig=abc"]},"duration_ms":31840,'
    b'"created_at":"2026-07-01T09:30:00.120000+00:00",'
    b'"completed_at":"2026-07-01T09:30:31.960000+00:00","metadata":{"sku":"TEAPOT-7"}}'
)
SHORT, LONG = "whsec_example_only", "whsec_long_enough_to_be_used_0"
SIGNED_SHORT = "da91801da986b3a5cfbe5944ae7930b5988e7b25bc7888e1aa8e6daabaf32e0d"
SIGNED_LONG = "15a121f142e372858d78eb81ac0c9b3a749a84264a66f2c831a54fca64191551"
OTHER = "whsec_another_secret_in_rotation"


@pytest.mark.parametrize(("secret", "signature"), [(SHORT, SIGNED_SHORT), (LONG, SIGNED_LONG)])
def test_signature_equals_the_known_answer(secret, signature):
    assert len(BODY) == 319
    assert signature_of(BODY, secret) == signature


def test_genuine_callback_is_accepted_under_any_of_the_secrets():
    for secrets in ([LONG], [LONG, OTHER], [OTHER, LONG], (OTHER, SHORT, LONG)):
        assert signature_is_valid(BODY, SIGNED_LONG, secrets)


def test_removed_secret_is_accepted_no_longer():
    assert not signature_is_valid(BODY, SIGNED_LONG, [OTHER])


@pytest.mark.parametrize("secrets", [[], [""], [" "], [" " * 30], [SHORT], ["x" * 23 + " "]])
def test_missing_or_short_secret_verifies_nothing(secrets):
    for secret in [*secrets, ""]:
        assert not signature_is_valid(BODY, signature_of(BODY, secret), secrets)
    assert usable_secrets(secrets) == []


def test_secret_is_used_as_it_stands():
    spaced = f" {LONG}\n"
    assert signature_is_valid(BODY, signature_of(BODY, spaced), [spaced])
    assert not signature_is_valid(BODY, SIGNED_LONG, [spaced])
    assert not signature_is_valid(BODY, SIGNED_LONG, [LONG.removeprefix("whsec_")])


def test_what_is_no_list_of_texts_still_keeps_the_door_shut():
    assert usable_secrets([None, 7, LONG]) == [LONG]
    assert usable_secrets(LONG) == [LONG]
    assert signature_is_valid(BODY, SIGNED_LONG, LONG)
    assert signature_is_valid(BODY, signature_of(BODY, LONG + "\udcff"), [LONG + "\udcff"])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        SIGNED_LONG[:-1],
        SIGNED_LONG + "0",
        SIGNED_LONG + "\n",
        SIGNED_LONG + "é",
        " " + SIGNED_LONG,
        SIGNED_LONG.upper(),
        "sha256=" + SIGNED_LONG,
        f"{SIGNED_LONG},{SIGNED_LONG}",
        "é" * 64,
        "\0" * 64,
        "٣" * 64,
        "\ud800" * 64,
    ],
)
def test_malformed_header_is_refused(header):
    assert not signature_is_valid(BODY, header, [LONG])


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(json.loads(BODY)).encode(),
        json.dumps(json.loads(BODY), separators=(",", ":"), sort_keys=True).encode(),
        BODY.replace(b"/", b"\\/"),
        BODY + b"\n",
        b"\xef\xbb\xbf" + BODY,
    ],
)
def test_same_document_in_other_bytes_is_refused(body):
    assert json.loads(body.decode("utf-8-sig")) == json.loads(BODY)
    assert not signature_is_valid(body, SIGNED_LONG, [LONG])


@settings(deadline=None)
@given(body=st.binary(), secret=st.text(min_size=24), data=st.data())
def test_signature_holds_for_exactly_its_bytes_and_its_secret(body, secret, data):
    secrets = usable_secrets([secret])
    header = signature_of(body, secret)
    assert signature_is_valid(body, header, [secret]) is bool(secrets)
    digit = data.draw(st.integers(0, 63))
    flipped = "0" if header[digit] != "0" else "1"
    assert not signature_is_valid(body, header[:digit] + flipped + header[digit + 1 :], [secret])
    assert not signature_is_valid(body + b"\0", header, [secret])
    assert not signature_is_valid(body, header, [secret + "x"])


@settings(deadline=None)
@given(data=st.data())
def test_no_bit_of_the_body_can_be_flipped(data):
    position = data.draw(st.integers(0, len(BODY) * 8 - 1))
    body = bytearray(BODY)
    body[position // 8] ^= 1 << position % 8
    assert not signature_is_valid(bytes(body), SIGNED_LONG, [LONG])


def body_of(**changes):
    return json.dumps({"event": "run.completed", "run_id": "019f-1", **changes}).encode()


def test_callback_is_parsed():
    callback = parse(BODY)
    assert callback.event == "run.completed"
    assert callback.run_id == "019f1d03-8dc0-7cba-a551-2100f80b56fc"
    assert callback.metadata == {"sku": "TEAPOT-7"}


def test_what_is_new_to_us_is_parsed():
    callback = parse(
        body_of(event="run.teleported", status="teleported", colour="red", metadata=None)
    )
    assert (callback.event, callback.metadata) == ("run.teleported", {})


def test_event_is_fit_for_a_log():
    assert parse(body_of(event="run.completed")).event == "run.completed"
    for odd in ("run\nlevel=critical", "x" * 500, "https://a.example/?sig=canary"):
        assert parse(body_of(event=odd)).event == "\u2026"


def test_callback_does_not_show_its_metadata():
    assert "TEAPOT" not in repr(parse(BODY))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"run.completed"',
        b"{",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"a":' * 20_000,
        b'{"event": NaN, "run_id": "a"}',
        b'{"event": "e", "run_id": "a", "x": 1e999999999999999999999}',
        b'{"event": "e", "run_id": "a", "x": ' + b"9" * 60_000 + b"}",
        body_of(event=""),
        body_of(event=None),
        body_of(event=["run.completed"]),
        body_of(run_id=None),
        body_of(run_id=7),
        body_of(run_id=""),
        body_of(run_id="../../v1"),
        body_of(run_id="a\n"),
        body_of(run_id="a" * 101),
        body_of(status=1),
        body_of(status=["failed"]),
        body_of(metadata=[]),
        body_of(metadata="run"),
    ],
)
def test_what_is_no_callback_is_refused(body):
    with pytest.raises(BadCallback):
        parse(body)


texts = st.text("aA1.-:/ \n\0é\ud800", max_size=12) | st.sampled_from(["run.failed", "failed"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
callbacks = st.fixed_dictionaries(
    {"event": texts | json_values, "run_id": st.from_regex(r"[a-z0-9-]+") | json_values},
    optional=dict.fromkeys(("status", "metadata", "output"), json_values),
)


@settings(deadline=None)
@given(st.binary() | json_values.map(json.dumps).map(str.encode))
@example(b"\xef\xbb\xbf{}")
def test_any_bytes_are_parsed_or_refused(body):
    try:
        parse(body)
    except BadCallback:
        return


@settings(deadline=None)
@given(callbacks.map(json.dumps).map(str.encode))
def test_any_document_is_parsed_into_the_right_types_or_refused(body):
    try:
        callback = parse(body)
    except BadCallback:
        return
    assert isinstance(callback.event, str)
    assert callback.event.isprintable()
    assert callback.run_id
    assert isinstance(callback.metadata, dict)


def test_token_leads_back_to_its_run():
    for _ in range(20):
        pk = uuid.uuid4()
        token = make_token(pk)
        assert read_token(token) == (pk, "")
        assert len(token) < 100
        assert set(token) <= set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_~"
        )


def test_token_stays_good_while_the_secret_key_is_changed(settings):
    pk = uuid.uuid4()
    token, old = make_token(pk), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key", [old]
    assert read_token(token) == (pk, "")
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(BadToken):
        read_token(token)


def test_token_of_another_run_or_maker_is_refused():
    pk, other = uuid.uuid4(), uuid.uuid4()
    token = make_token(pk)
    name, _, signature = token.partition("~")
    forged = [
        "",
        "~",
        name,
        str(pk),
        f"{other.hex}~{signature}",
        f"{name.upper()}~{signature}",
        f"{name}~{signature[:-1]}",
        f"{name}~{signature}=",
        token + "~",
        token + "\n",
        signing.Signer(sep="~").sign(pk.hex),
        signing.Signer(salt="django_product_isolation.callback").sign(pk.hex),
        signing.Signer(salt="django_product_isolation.callback", sep="~").sign("no uuid"),
        "é~é",
        "\ud800~\ud800",
    ]
    for attempt in forged:
        with pytest.raises(BadToken):
            read_token(attempt)


@settings(deadline=None)
@given(st.text())
def test_any_text_that_we_did_not_sign_is_refused(token):
    with pytest.raises(BadToken):
        read_token(token)
