"""How what we add gets onto the host's own admin pages, without a change of the host's code.

``attach`` puts actions on each ModelAdmin instance that shows images, or products with their
images, and has it derive from the host's class and ours; the host's classes stay as they are. With
``AUTO_ADMIN = False`` only those take part that derive from ``IsolationAdminMixin`` themselves.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from threading import RLock
from typing import Any
from weakref import ref

from django.contrib.admin import ModelAdmin
from django.contrib.admin.sites import all_sites, site
from django.db.models import Model
from django.http import HttpRequest
from django.urls import get_resolver

from django_product_isolation.conf import get_settings
from django_product_isolation.host import targets_of
from django_product_isolation.host.access.safe_calls import add_to_page
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset
from django_product_isolation.staff.permissions import LISTS_ADDED
from django_product_isolation.staff.targets import all_targets

from .actions import PERMISSIONS, HostAction, image_actions, permission_check
from .image_page import HistoryPanelMixin
from .inlines import ImageInlinesMixin, may_show
from .mixins import add_mixins, as_given, left_alone_if_it_breaks
from .product_actions import actions_for_products
from .state_column import StateColumnMixin

OWN_LISTS: tuple[type[Model], ...] = (IsolationBatch, IsolationRun, Preset)
_one_at_a_time = RLock()
_attached: "list[ref[ModelAdmin[Any]]]" = []  # those that there were last time


class IsolationAdminMixin(StateColumnMixin, HistoryPanelMixin, ImageInlinesMixin):
    """For a ModelAdmin of images, or of products with images, where ``AUTO_ADMIN`` is off.

    Brings the actions, and to images the column and filter on the list and the panel on the page.
    ``isolation_column`` and ``isolation_panel`` set to False leave these out.
    """


def attach() -> None:
    """Add actions, column, filter, panel and inline column wherever target models are shown.

    May be called again at any time, from any thread: what is there already is left as it is.
    """
    targets = all_targets()
    if not targets:
        return
    of_products = actions_for_products(targets)
    with _one_at_a_time:
        for model, model_admin in registered():
            with left_alone_if_it_breaks(model_admin):
                attach_actions(model, model_admin, of_products)
                if get_settings().AUTO_ADMIN:
                    if targets_of(model):
                        add_mixins(model_admin, StateColumnMixin, HistoryPanelMixin)
                    if may_show(model_admin):
                        add_mixins(model_admin, ImageInlinesMixin)


def register_own_lists() -> None:
    """Have each site of the host's own that shows its images list batches, runs and presets, too.

    To be called before a site's addresses are made. What the host unregistered from Django's own
    site, or registered itself, stays as it is.
    """
    if not all_targets() or not get_settings().AUTO_ADMIN:
        return
    ours = [(model, site._registry[model]) for model in OWN_LISTS if model in site._registry]
    for other in list(all_sites):
        if other != site and any(targets_of(model) for model in other._registry):
            for model, model_admin in ours:
                if model not in other._registry:
                    with left_alone_if_it_breaks(other):
                        other.register(model, type(model_admin))
                        vars(other)[LISTS_ADDED] = True


def attach_to_latecomers(**_kwargs: Any) -> None:
    """Attach to what was registered since, mostly by URLconfs. Receives ``request_started``.

    Loads the root URLconf, which the request is about to do. Costs a look at each ModelAdmin.
    """
    with suppress(Exception):  # the request itself says what is wrong with the URLconf
        _loaded = get_resolver().url_patterns
        known = [model_admin for _model, model_admin in registered()]
        attached = [reference() for reference in _attached]
        ids = set(map(id, attached))  # whoever has gone is no reason to attach again
        if any(id(model_admin) not in ids for model_admin in known):
            attach()
            _attached[:] = map(ref, known)


def registered() -> "Iterator[tuple[type[Model], ModelAdmin[Any]]]":
    """Every ModelAdmin of the host's that takes part, with its model."""
    is_automatic = get_settings().AUTO_ADMIN
    for known in list(all_sites):
        for model, model_admin in list(known._registry.items()):
            if is_automatic or isinstance(model_admin, IsolationAdminMixin):
                yield model, model_admin


def attach_actions(model: type[Model], model_admin: "ModelAdmin[Any]", of_products: Any) -> None:
    """Give one ModelAdmin the actions for images, and those for the products that images are of."""
    if found := targets_of(model):
        for name, permission in PERMISSIONS.items():
            allow(model_admin, name, permission_check(model_admin, permission))
        add_actions(model_admin, image_actions(found))
    for action in of_products.get(model._meta.concrete_model or model, ()):
        allow(model_admin, action.permission, action.check(model_admin))
        add_actions(model_admin, [action.function])


def add_actions(model_admin: "ModelAdmin[Any]", actions: Iterable[Callable[..., Any]]) -> None:
    """Give actions to one ModelAdmin, unless it switched actions off, or it or its site has its
    own."""
    if model_admin.actions is None:
        return
    of_site = [name for name, _action in model_admin.admin_site.actions]
    named = {*of_site, *(getattr(action, "__name__", action) for action in model_admin.actions)}
    new = [HostAction(action) for action in actions if action.__name__ not in named]
    model_admin.actions = as_given(model_admin.actions, [*model_admin.actions, *new])


def allow(model_admin: "ModelAdmin[Any]", name: str, check: Callable[[HttpRequest], bool]) -> None:
    """Have Django ask ``check`` before it offers what needs the permission ``name``."""

    def has_permission(request: HttpRequest) -> bool:
        return add_to_page("action", partial(check, request), False)

    setattr(model_admin, f"has_{name}_permission", has_permission)
