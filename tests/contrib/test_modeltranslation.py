"""django-modeltranslation, which makes a column of each language."""

import pytest

from .own_process import run_tests_of

pytestmark = pytest.mark.long


def test_each_languages_image_is_one_of_its_own():
    run_tests_of("modeltranslation", "modeltranslation", least=5)
