"""The tests with fields of other libraries, in a process of their own: a shop of other settings."""

from ctypes.util import find_library

import pytest

from .own_process import THEIR_OWN, refuse_without, run_tests_of

pytestmark = pytest.mark.long

LIBRARIES = (
    "django_resized",
    "easy_thumbnails",
    "imagekit",
    "pictures",
    "sorl",
    "stdimage",
    "versatileimagefield",
)


def test_fields_of_other_libraries_are_served():
    if find_library("magic") is None:
        refuse_without("libmagic")  # versatileimagefield asks it, and pip brings none
    run_tests_of("fields", *LIBRARIES, least=27, options=THEIR_OWN)
