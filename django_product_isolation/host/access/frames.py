"""Frames around our pages: an admin site's own, or that of another place where people work.

A place that has our pages among its own addresses registers its frame. What is asked for there is
shown there, and so is everything to somebody whom no admin site lets in.
"""

from typing import Any
from weakref import WeakKeyDictionary

from django.db.models import Model
from django.http import HttpRequest

from .shop_permissions import sites_around
from .site_access import any_lets_in


class Frame:
    """A place of its own around our pages. A shop derives from it, and registers an instance."""

    namespace = ""  # the instance namespace of our pages' addresses there
    template = ""  # has a block ``framed`` for the page, as our ``site_frame.html``

    def lets_in(self, request: HttpRequest) -> bool:
        """Whether the person may enter at all."""
        raise NotImplementedError

    def context(self, request: HttpRequest) -> dict[str, Any]:
        """What the template needs."""
        return {}

    def index_url(self) -> str:
        """The first page of the place."""
        raise NotImplementedError

    def shows(self, request: HttpRequest, model: type[Model]) -> bool:
        """Whether it has a list of ``model``, and a page for each row, that the person may see."""
        return False

    def url(self, model: type[Model], page: str, *args: str) -> str:
        """The address of the list ("changelist"), or of the page of one row ("change", its key)."""
        raise NotImplementedError


class FramedModel:
    """The pages of one model in such a place; stands where a ModelAdmin stands otherwise."""

    def __init__(self, frame: Frame, model: type[Model]) -> None:
        self.frame = frame
        self.opts = model._meta
        self.model = model

    def url(self, page: str, *args: str) -> str:
        return self.frame.url(self.model, page, *args)


_frames: list[Frame] = []
_around: "WeakKeyDictionary[HttpRequest, Frame | None]" = WeakKeyDictionary()


def register(frame: Frame) -> Frame:
    """Have the frame drawn around our pages that are asked for under its namespace."""
    if frame not in _frames:
        _frames.append(frame)
    return frame


def enter(request: HttpRequest, frame: Frame) -> None:
    """Have everything that this request leads to shown in the frame: the place asks, not we."""
    _around[request] = frame


def frame_around(request: HttpRequest) -> Frame | None:
    """The frame for pages that this request leads to; None for that of an admin site."""
    if not _frames:
        return None
    if request not in _around:
        _around[request] = find_frame(request)
    return _around[request]


def find_frame(request: HttpRequest) -> Frame | None:
    asked = request.resolver_match.namespace if request.resolver_match else ""
    for frame in _frames:
        if frame.namespace == asked:
            return frame
    if any_lets_in(sites_around(request), request):
        return None
    return next((frame for frame in _frames if frame.lets_in(request)), None)


def is_let_in(request: HttpRequest) -> bool:
    """Whether a place with a frame of its own lets the person in."""
    return any(frame.lets_in(request) for frame in _frames)


def namespace_for(request: HttpRequest) -> str | None:
    """What Django takes as ``current_app`` for addresses of ours that this request leads to."""
    frame = frame_around(request)
    return frame.namespace if frame else None
