"""What a person may do on our pages: our own permissions, such as to restore, together with the
shop's answers about its images, which ``host.access.shop_permissions`` gives.

Asked anew on every request and for every object. ``decorators.staff_page`` asks before each page.
"""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from django_product_isolation.conf import get_settings
from django_product_isolation.host import Target
from django_product_isolation.host.access import frames, shop_permissions
from django_product_isolation.host.access.shop_permissions import sites_around, sites_in_use
from django_product_isolation.host.access.site_access import any_lets_in, refusal
from django_product_isolation.host.access.sites import find_model
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset
from django_product_isolation.workflow.planning import MAX_READ

from .addresses import has_pages

LISTS_ADDED = "_product_isolation_lists"  # on a site that lists our records by our doing
ISOLATE = "product_isolation.isolate_image"
REVIEW = "product_isolation.review_result"
RESTORE = "product_isolation.restore_image"
VIEW = "product_isolation.view_isolationrun"
# A right of its own: who may have images isolated need not know what everybody's cost.
SPENDING = "product_isolation.view_spending"
# Any of these comes with the pictures of the images that the user may see.
ANY = (ISOLATE, REVIEW, RESTORE, VIEW)


def has_any_permission(request: HttpRequest, *names: str, model: type[Model] | None = None) -> bool:
    """Whether some place of the shop's lets the user in, who has one of the permissions ``names``.

    With ``model`` one that shows it. About which images is another question: see ``visibility``.
    False where our pages have no addresses: nothing may be offered that leads to them.
    """
    return is_in_with(request, *names, model=model) and has_pages(request)


def is_in_with(request: HttpRequest, *names: str, model: type[Model] | None = None) -> bool:
    """The same for what is only shown, on whichever page of the shop's."""
    return is_in(request, model) and is_granted(request, *names)


def is_in(request: HttpRequest, model: type[Model] | None) -> bool:
    if model is None:
        return shop_permissions.is_let_in(request)
    return shop_permissions.is_open(request, model)


def is_granted(request: HttpRequest, *names: str) -> bool:
    """Whether the person has one of the permissions ``names``.

    Nobody has who is no row of the shop's users: somebody stands for each order and decision.
    """
    user, users = request.user, get_user_model()._meta.concrete_model
    if users is None or not isinstance(user, users) or user.pk is None:
        return False
    has_perm = getattr(user, "has_perm", None)  # a user model of the shop's may have none
    return has_perm is not None and any(has_perm(name) for name in names)


def has_view_permission(request: HttpRequest) -> bool:
    """Whether the user may read batches and runs, of the images that they may see."""
    return has_any_permission(request, ISOLATE, VIEW)


def has_preview_permission(request: HttpRequest, model: type[Model] | None = None) -> bool:
    """Whether the user may see the sources and results of runs, of the images they may see."""
    return is_in_with(request, *ANY, model=model)


def must_review(request: HttpRequest) -> bool:
    """Whether the user may not do without review: the shop wants it, and they are no reviewer."""
    return get_settings().reviews_all and not has_any_permission(request, REVIEW)


def has_spending_permission(request: HttpRequest) -> bool:
    """Whether the user may see sums: asks the sites that show our records; if none, all.

    A site that shows them only because we had it do so counts where no other one shows them. And
    the places that have a frame of their own.
    """
    ours, known = {IsolationRun, IsolationBatch, Preset}, sites_around(request)
    showing = [site for site in known if ours & {*site._registry}]
    by_choice = [site for site in showing if not hasattr(site, LISTS_ADDED)]
    sites = by_choice or showing or known
    is_in = any_lets_in(sites, request) or frames.is_let_in(request)
    return is_in and is_granted(request, SPENDING)


def login_or_403(
    request: HttpRequest, *names: str, model_label: str, back: str
) -> HttpResponseBase | None:
    """None for those who are in and have one of the permissions ``names``.

    For those whom no site lets in, what a site says to them, mostly the way to its login.
    ``model_label`` is what the page is about, if about images of one model; ``back`` the path to
    come back to. Raises PermissionDenied for all others, and what the site raises.
    """
    if not sites_in_use() and frames.frame_around(request) is None:
        raise PermissionDenied  # our pages extend the admin's templates, and it has no address
    model = find_model(model_label) if model_label else None
    if not is_in(request, model):
        return refusal_of_a_site(request, model, back)
    if not is_granted(request, *names):
        raise PermissionDenied
    return None


def refusal_of_a_site(
    request: HttpRequest, model: type[Model] | None, back: str
) -> HttpResponseBase:
    """The first answer that a site gives, those first that show the model.

    Raises PermissionDenied where there is none.
    """
    policies = shop_permissions.all_policies(request, model) if model else []
    first = [policy.site for policy in policies if policy.site]
    for site in dict.fromkeys([*first, *sites_in_use()]):
        said = refusal(site, request, back)
        if said is not None:
            return said
    raise PermissionDenied


def changeable_images(request: HttpRequest, images: QuerySet[Any]) -> tuple[set[str], set[str]]:
    """Primary keys of the images that the user may change, and of those that they may only see.

    What they may not even see is in neither, nor are images beyond the first 10,000. A constant
    number of queries, no file opened.
    """
    pks = [str(pk) for pk in images.values_list("pk", flat=True)[:MAX_READ]]
    changeable = shop_permissions.allowed(request, "change", images.model, pks)
    others = set(pks) - changeable
    return changeable, shop_permissions.allowed(request, "view", images.model, others)


def has_change_permission(request: HttpRequest, model_label: str) -> bool:
    """Whether the user may change images of that model, as far as no single one is looked at."""
    model = find_model(model_label)
    return model is None or shop_permissions.may(request, "change", model)


def has_image_permission(request: HttpRequest, target: Target, image: Model) -> bool:
    """Whether the user may change this one of the host's images, whatever child it comes as."""
    pk = target.pk_of(image)
    return bool(shop_permissions.allowed(request, "change", target.model, [pk]))
