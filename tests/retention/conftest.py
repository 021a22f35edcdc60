import pytest

from .fake_storage import Shelf
from .history import field


@pytest.fixture
def shelf(monkeypatch):
    """The storage of product images, empty."""
    shelf = Shelf()
    monkeypatch.setattr(field(), "storage", shelf)
    return shelf


@pytest.fixture
def image(db, shelf):
    from .history import make_image

    return make_image("Mug", b"busy")
