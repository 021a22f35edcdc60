"""Who may do what: our permissions together with the shop's own answers.

Answers only, but for ``turned_away``, with which every page of ours begins. Checked anew on every
request and object.
"""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from django_product_isolation.host import Target
from django_product_isolation.host.access import permissions
from django_product_isolation.host.access.entrance import lets_in, refusal
from django_product_isolation.host.access.permissions import sites_in_use
from django_product_isolation.host.access.sites import find_model
from django_product_isolation.models import IsolationBatch, IsolationRun, Preset
from django_product_isolation.workflow.planning import MAX_READ

ISOLATE = "product_isolation.isolate_image"
REVIEW = "product_isolation.review_result"
RESTORE = "product_isolation.restore_image"
VIEW = "product_isolation.view_isolationrun"
# A right of its own: who may have images isolated need not know what everybody's cost.
SPENDING = "product_isolation.view_spending"
# Any of these comes with the pictures of the images that the person may see.
ANY = (ISOLATE, REVIEW, RESTORE, VIEW)


def may(request: HttpRequest, *names: str) -> bool:
    """Whether a place of the shop's lets the person in, who has one of the permissions.

    What it may be done to is another question.
    """
    return permissions.is_let_in(request) and has_any(request, *names)


def has_any(request: HttpRequest, *names: str) -> bool:
    has_perm = getattr(request.user, "has_perm", None)  # a user model of the shop's may have none
    return has_perm is not None and any(has_perm(name) for name in names)


def may_watch(request: HttpRequest) -> bool:
    """Whether the user may read batches and runs, of the images that they may see."""
    return may(request, ISOLATE, VIEW)


def may_see_pictures(request: HttpRequest) -> bool:
    """Whether the user may see the sources and results of runs, of the images they may see."""
    return may(request, *ANY)


def may_see_spending(request: HttpRequest) -> bool:
    """Whether the user may see sums: asks the sites that show our records; if none, all."""
    sites = [s for s in sites_in_use() if {IsolationRun, IsolationBatch, Preset} & {*s._registry}]
    is_in = any(lets_in(site, request) for site in sites or sites_in_use())
    return is_in and has_any(request, SPENDING)


def turned_away(
    request: HttpRequest, *names: str, model_label: str = "", back: str = ""
) -> HttpResponseBase | None:
    """What a site says to those whom none lets in, mostly the way to its login; else None.

    ``model_label`` is what the page is about, if about images of one model; ``back`` the path to
    come back to, by default this page. Raises PermissionDenied for those who are in and have none
    of the permissions, and what the site raises.
    """
    if not sites_in_use():
        raise PermissionDenied  # our pages are drawn as the admin's are, and it has no address
    model = find_model(model_label) if model_label else None
    is_in = permissions.policies(request, model) if model else permissions.is_let_in(request)
    if not is_in:
        return refused(request, model, back or request.get_full_path())
    if not has_any(request, *names):
        raise PermissionDenied
    return None


def refused(request: HttpRequest, model: type[Model] | None, back: str) -> HttpResponseBase:
    """What the first site says that has something to say, those first that show the model.

    Raises PermissionDenied where there is none.
    """
    policies = permissions.all_policies(request, model) if model else []
    for site in dict.fromkeys(
        [*(policy.site for policy in policies if policy.site), *sites_in_use()]
    ):
        said = refusal(site, request, back)
        if said is not None:
            return said
    raise PermissionDenied


def changeable_images(request: HttpRequest, images: QuerySet[Any]) -> tuple[set[str], set[str]]:
    """Primary keys of the images that the user may change, and of those that they may only see.

    What they may not even see is in neither, nor are images beyond the first 5000. A constant
    number of queries, no file opened.
    """
    pks = [str(pk) for pk in images.values_list("pk", flat=True)[:MAX_READ]]
    changeable = permissions.allowed(request, "change", images.model, pks)
    others = set(pks) - changeable
    return changeable, permissions.allowed(request, "view", images.model, others)


def may_change_model(request: HttpRequest, model_label: str) -> bool:
    """Whether the user may change images of that model, as far as no single one is looked at."""
    model = find_model(model_label)
    return model is None or permissions.may(request, "change", model)


def may_change_image(request: HttpRequest, target: Target, image: Model) -> bool:
    """Whether the user may change this one of the host's images, whatever child it comes as."""
    pk = target.pk_of(image)
    return bool(permissions.allowed(request, "change", target.model, [pk]))
