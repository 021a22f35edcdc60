import pytest

from .history import make_image


@pytest.fixture
def image(db, fake_storage):
    return make_image("Mug", b"busy")
