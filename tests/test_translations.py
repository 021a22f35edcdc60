"""The languages that staff may read: complete, whole, and spelled as the reader spells money."""

import gettext
import html
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import translation

import django_product_isolation
from django_product_isolation.choices import Status
from django_product_isolation.models import Selection
from django_product_isolation.staff import formatting
from tests.shop import CHANGELIST, RUNS, make_batch, make_run
from tests.verdicts import make_judged, measures

PACKAGE = Path(django_product_isolation.__file__).parent
LOCALE = PACKAGE / "locale"
LANGUAGES = {"de": "de", "es": "es", "fr": "fr", "zh-hans": "zh_Hans"}  # by Django's name
# Developers read these, in English.
LEFT_OUT = ("sandbox/*", "management/*")


def catalog(locale: str):
    with (LOCALE / locale / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=locale)


@pytest.fixture(scope="module")
def with_gettext():
    if shutil.which("xgettext") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must have gettext.")
        pytest.skip("gettext, which finds the texts, is not installed.")


@pytest.fixture(scope="module")
def msgids(with_gettext, tmp_path_factory):
    """What there is to translate, as makemessages finds it now."""
    folder = tmp_path_factory.mktemp("words") / "app"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("locale", "__pycache__"))
    (folder / "locale").mkdir()
    ignored = [f"--ignore={pattern}" for pattern in LEFT_OUT]
    command = [sys.executable, "-m", "django", "makemessages", "--locale=de", *ignored]
    environment = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env=environment)
    with (folder / "locale/de/LC_MESSAGES/django.po").open("rb") as file:
        return {message.id for message in read_po(file) if message.id}


def test_each_language_of_the_folder_is_tested():
    assert {path.name for path in LOCALE.iterdir()} == set(LANGUAGES.values())


@pytest.mark.parametrize("locale", LANGUAGES.values())
def test_every_text_is_translated_and_nothing_else_is_kept(locale, msgids):
    known = {message.id for message in catalog(locale) if message.id}
    assert known == msgids
    for message in catalog(locale):
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        assert all(texts), message.id
        assert not message.fuzzy, message.id


@pytest.mark.parametrize("locale", LANGUAGES.values())
def test_what_is_filled_in_stays_in_place(locale):
    wrong = [(message.id, errors) for message, errors in catalog(locale).check()]
    assert wrong == []
    for message in catalog(locale):
        english = message.id[-1] if isinstance(message.id, tuple) else message.id
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for name in ("{product}", "<strong>", "</strong>"):
            assert all(text.count(name) == english.count(name) for text in texts), message.id


@pytest.mark.parametrize("locale", LANGUAGES.values())
def test_translators_tools_find_nothing_wrong(locale, with_gettext, tmp_path):
    source = LOCALE / locale / "LC_MESSAGES" / "django.po"
    command = ["msgfmt", "--check-format", "--check-domain", "-o", tmp_path / "out.mo", source]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("locale", LANGUAGES.values())
def test_the_compiled_file_says_what_the_source_says(locale):
    with (LOCALE / locale / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalog(locale):
        if isinstance(message.id, tuple):
            assert compiled.ngettext(*message.id, 1) == message.string[0]
        elif message.id:
            assert compiled.gettext(message.id) == message.string


@pytest.mark.parametrize(
    ("language", "money", "images", "applied"),
    [
        ("en", "$1,234.50", "2 images", "Applied"),
        ("de", "1.234,50\N{NO-BREAK SPACE}$", "2 Bilder", "Übernommen"),
        ("es", "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}$", "2 imágenes", "Aplicado"),
        ("fr", "1\N{NO-BREAK SPACE}234,50\N{NO-BREAK SPACE}$", "2 images", "Appliqué"),
        ("zh-hans", "$1234.50", "2 张图片", "已应用"),
    ],
)
def test_amounts_numbers_and_states_are_the_readers(language, money, images, applied):
    with translation.override(language):
        assert (
            formatting.money(Decimal("1234.5")).replace("\N{NARROW NO-BREAK SPACE}", "\xa0")
            == money
        )
        assert images in formatting.images(2)
        assert applied in str(Status.APPLIED.label)


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "locale"), LANGUAGES.items())
def test_no_page_says_in_english_what_is_translated(language, locale, client):
    client.force_login(get_user_model().objects.create_superuser("boss"))
    batch = make_batch()
    runs = [make_run(status, batch=batch, name=f"Mug {status}") for status in Status]
    make_judged(batch=batch, measured=measures(label=0.1, outline=7.0))
    selection = Selection.objects.create(
        model_label="catalogue.productimage",
        site_name="admin",
        object_pks=[run.object_pk for run in runs],
        chosen=len(runs),
    )
    addresses = [
        reverse("product_isolation:progress", args=[batch.pk]),
        reverse("product_isolation:confirm", args=[selection.pk]),
        reverse("product_isolation:review"),
        reverse("product_isolation:spending"),
        reverse("product_isolation:findings"),
        CHANGELIST,
        f"{CHANGELIST}{runs[-1].object_pk}/change/",
        RUNS,
        f"{RUNS}{runs[0].pk}/change/",
    ]
    long = [
        message.id
        for message in catalog(locale)
        if isinstance(message.id, str) and len(message.id) > 12 and "%" not in message.id
    ]
    with translation.override(language):
        for address in addresses:
            response = client.get(address)
            assert response.status_code == 200
            page = html.unescape(response.content.decode())
            assert [text for text in long if text in page] == [], address
