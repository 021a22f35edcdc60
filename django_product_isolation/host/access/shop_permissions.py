"""Who may see and change which of the shop's images: the one place that answers.

The answers are the shop's own: a site's entrance, a ModelAdmin's ``get_queryset`` and
its permissions for each object, also where images stand in an inline only. A place that does not
let the person in has no say; of those that do, one that allows it is enough.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.urls import get_resolver, get_urlconf

from django_product_isolation.host.registry import target_models

from .inline_policies import inline_policies, may_stand_in_inline
from .own_pages import site_around
from .policies import Action, AdminPolicy, ClosedPolicy, PlainPolicy, Policy, is_shown_by
from .safe_calls import answer
from .site_access import any_lets_in
from .wagtail import WagtailPolicy

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite

# A site may draw its pages in a way of its own: then its name has to do.
NOBODY_SAYS = object()

_registered: list[type[Policy]] = [WagtailPolicy]
# Looked up once for each request: every row of a list asks.
_entrances: "WeakKeyDictionary[HttpRequest, dict[Any, list[Entrance]]]" = WeakKeyDictionary()
_let_in: "WeakKeyDictionary[HttpRequest, dict[Any, bool]]" = WeakKeyDictionary()


@dataclass
class Entrance:
    """A place that shows a model, and whether it lets the person in; None while not asked."""

    policy: Policy
    is_open: bool | None = None


def register(kind: type[Policy]) -> type[Policy]:
    """Have a place that is no ModelAdmin asked too; may stand above the class as a decorator."""
    if kind not in _registered:
        _registered.append(kind)
    return kind


def sites_in_use(first: "AdminSite | None" = None) -> "list[AdminSite]":
    """The admin sites that have an address: ``first``, then Django's default one, then others."""
    if not apps.is_installed("django.contrib.admin"):
        return []
    from django.contrib.admin.sites import all_sites

    found = [known for known in list(all_sites) if site_at(known.name) in (known, NOBODY_SAYS)]
    return sorted(found, key=lambda known: (known is not first, known.name != "admin", known.name))


def sites_around(request: HttpRequest) -> "list[AdminSite]":
    """The same sites, first the one whose page the request asks for."""
    return sites_in_use(site_around(request))


def site_at(name: str) -> Any:
    """The admin site whose pages have that instance namespace; None where no pages have it.

    Names are not unique: a shop's own site is often called "admin" like Django's, which then has
    no address, and whose rights must not count.
    """
    _prefix, resolver = get_resolver(get_urlconf()).namespace_dict.get(name, ("", None))
    if resolver is None:
        return None
    views: Any = (getattr(pattern, "callback", None) for pattern in resolver.url_patterns)
    sites = (view.admin_site for view in views if hasattr(view, "admin_site"))
    return next(sites, NOBODY_SAYS)


def all_policies(request: HttpRequest, model: type[Model]) -> list[Policy]:
    """Every place that shows the model, whoever is let in; where there is none, what stands in."""
    sites = sites_around(request)
    found: list[Policy] = [kind(model) for kind in _registered if kind.shows(model)]
    for site in sites:
        found += policies_of_site(request, model, site)
    if found:
        return found
    elsewhere = any(shows(site, model) for site in sites_of_other_hosts())
    return [ClosedPolicy(model) if elsewhere else PlainPolicy(model, sites)]


def sites_of_other_hosts() -> "list[AdminSite]":
    """The sites that may have addresses on another host, where what they let whom see counts.

    Django's own is registered with by default, and has no address where the shop made one itself:
    it counts only where this host's addresses are not those of the settings.
    """
    if not apps.is_installed("django.contrib.admin"):
        return []
    from django.contrib.admin.sites import all_sites, site

    is_usual_host = get_urlconf() in (None, settings.ROOT_URLCONF)
    return [known for known in list(all_sites) if not (is_usual_host and known == site)]


def shows(site: "AdminSite", model: type[Model]) -> bool:
    """Whether a site shows the model, or may turn out to. Asks no database."""
    return any(
        is_shown_by(model, shown) or may_stand_in_inline(model, model_admin)
        for shown, model_admin in list(site._registry.items())
    )


def policies_of_site(request: HttpRequest, model: type[Model], site: "AdminSite") -> list[Policy]:
    """Its ModelAdmins of the model; where there is none, the inlines in which it stands."""
    admins = [AdminPolicy(shown, model_admin) for shown, model_admin in site._registry.items()]
    own: list[Policy] = [policy for policy in admins if is_shown_by(model, policy.model)]
    if own:
        return own
    found: list[Policy] = []
    for policy in admins:
        inlines = partial(inlines_of, request, model, policy)
        found += answer(inlines, [ClosedPolicy(model)])
    return found


def inlines_of(request: HttpRequest, model: type[Model], page: AdminPolicy) -> list[Policy]:
    """The inlines on the pages of a ModelAdmin in which the model stands."""
    return list(inline_policies(request, model, page, page.model_admin))


def is_shown(model: type[Model]) -> bool:
    """Whether any place of the shop's shows the model, or may turn out to. Asks no database."""
    from django.contrib.admin.sites import all_sites

    return any(kind.shows(model) for kind in _registered) or any(
        shows(site, model) for site in list(all_sites)
    )


def policies(request: HttpRequest, model: type[Model]) -> Iterator[Policy]:
    """The places that show the model and let the person in.

    Each is asked when its turn comes: a site may count, or write down, who knocks.
    """
    known, key = _entrances.setdefault(request, {}), (model, request.user.pk)
    if key not in known:
        known[key] = [Entrance(policy) for policy in all_policies(request, model)]
    for entrance in known[key]:
        if entrance.is_open is None:
            entrance.is_open = answer(partial(entrance.policy.lets_in, request), False)
        if entrance.is_open:
            yield entrance.policy


def is_open(request: HttpRequest, model: type[Model]) -> bool:
    """Whether a place that shows the model lets the person in."""
    return next(policies(request, model), None) is not None


def is_let_in(request: HttpRequest) -> bool:
    """Whether any place of the shop's lets the person in."""
    known, key = _let_in.setdefault(request, {}), request.user.pk
    if key not in known:
        known[key] = is_admitted_anywhere(request)
    return known[key]


def is_admitted_anywhere(request: HttpRequest) -> bool:
    if any_lets_in(sites_around(request), request):
        return True
    models = target_models() if _registered else []
    return any(
        answer(partial(kind(model).lets_in, request), False)
        for model in models
        for kind in _registered
        if kind.shows(model)
    )


def may(request: HttpRequest, action: Action, model: type[Model]) -> bool:
    """Whether the person may do it to images of the model, as far as no single one is looked at."""
    return any(
        answer(partial(policy.allows, request, action), False)
        for policy in policies(request, model)
    )


def allowed(
    request: HttpRequest, action: Action, model: type[Model], pks: Iterable[Any]
) -> set[str]:
    """The keys of those of the images that the person may view or change.

    A constant number of queries, and no file opened. Images that are not shown to the person are
    not among them, nor are those that do not exist.
    """
    left, found = {str(pk) for pk in pks}, set[str]()
    places = policies(request, model)
    while left and (policy := next(places, None)) is not None:
        nothing: dict[str, Model] = {}
        here = answer(partial(policy.found, request, action, left), nothing)
        found |= here.keys()
        left -= here.keys()
    return found


def sees_all(request: HttpRequest, model: type[Model]) -> bool:
    """Whether every image of the model is shown to the person, wherever it stands in a list."""
    return any(shows_all(request, "view", model, policy) for policy in policies(request, model))


def shows_all(request: HttpRequest, action: Action, model: type[Model], policy: Policy) -> bool:
    return policy.has_all(model) and answer(partial(policy.shows_all, request, action), False)


def knows_all(request: HttpRequest, action: Action, model: type[Model]) -> bool:
    """Whether the person could do it to any image there ever was: no row, no rule leaves one out.

    Of a deleted image nobody can be asked any more; only such a person may still see what was.
    """
    if is_superuser(request):
        return may(request, action, model)
    return any(
        shows_all(request, action, model, policy) and not policy.asks_each
        for policy in policies(request, model)
    )


def is_superuser(request: HttpRequest) -> bool:
    """Whether the person is a superuser, for whom nothing is left out but what the shop hides."""
    return bool(getattr(request.user, "is_superuser", False))
