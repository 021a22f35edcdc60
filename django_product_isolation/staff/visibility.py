"""Which runs a person may see and decide about: those of images that they may see and change.

What the shop hides from a user is hidden here. Of a deleted image no row is left to ask about: its
runs are shown to the user who ordered the batch, to superusers, and to those from whom no place of
the shop's could have hidden it.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db import connections, router
from django.db.models import CharField, Model, Q, QuerySet, UUIDField, Value
from django.db.models.functions import Cast, Concat, Substr
from django.http import HttpRequest

from django_product_isolation.database.primary_keys import key_field
from django_product_isolation.host import all_rows, target_models
from django_product_isolation.host.access import shop_permissions
from django_product_isolation.host.access.policies import Action, Policy, valid_keys
from django_product_isolation.host.access.safe_calls import answer
from django_product_isolation.host.access.sites import find_model
from django_product_isolation.models import IsolationRun
from django_product_isolation.models.querysets import RunQuerySet

# So many keys are named one by one, which finds their runs by an index.
FEW = 1000
# So many of the newest runs are looked at in lists where each page has to be asked what it shows.
NEWEST = 500
# The parts of a UUID as text: from which character, and how many.
UUID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))


def seen(request: HttpRequest, runs: Iterable[IsolationRun]) -> set[UUID]:
    """The runs, read with their batch, whose image the user may see."""
    return permitted(request, "view", runs)


def changeable(request: HttpRequest, runs: Iterable[IsolationRun]) -> set[UUID]:
    """The runs, read with their batch, whose image the user may change."""
    return permitted(request, "change", runs)


def is_seen(request: HttpRequest, run: IsolationRun) -> bool:
    """Whether the user may see that run's image."""
    return bool(seen(request, [run]))


def permitted(request: HttpRequest, action: Action, runs: Iterable[IsolationRun]) -> set[UUID]:
    """The runs whose image the user may view or change; a few queries for each model."""
    found = set[UUID]()
    by_model = sorted(runs, key=lambda run: run.batch.model_label)
    for label, group in groupby(by_model, key=lambda run: run.batch.model_label):
        model, same = find_model(label), list(group)
        if model is None:
            found |= {run.pk for run in same if is_mine(request, run) or knows_shop(request)}
        else:
            found |= of_model(request, action, model, same)
    return found


def of_model(
    request: HttpRequest, action: Action, model: type[Model], runs: Sequence[IsolationRun]
) -> set[UUID]:
    """Those of the runs of one model's images."""
    pks = {run.object_pk for run in runs}
    allowed = shop_permissions.allowed(request, action, model, pks)
    found = {run.pk for run in runs if run.object_pk in allowed}
    if (left := pks - allowed) and shop_permissions.may(request, action, model):
        gone = left - existing(model._default_manager.all(), left)
        deleted = gone - existing(all_rows(model), gone)
        knows_all = shop_permissions.knows_all(request, action, model)
        for run in runs:
            is_own = is_mine(request, run) or shop_permissions.is_superuser(request)
            if run.object_pk in (gone if is_own else deleted) and (is_own or knows_all):
                found.add(run.pk)
    return found


def existing(rows: QuerySet[Any], pks: set[str]) -> set[str]:
    """The keys among ``pks`` that have a row; one query, none for no keys."""
    keys = valid_keys(rows.model, pks)
    if not keys:
        return set()
    return {str(pk) for pk in rows.filter(pk__in=keys).values_list("pk", flat=True)}


def is_mine(request: HttpRequest, run: IsolationRun) -> bool:
    """Whether the user ordered the run's batch."""
    return run.batch.created_by_id is not None and run.batch.created_by_id == request.user.pk


def knows_shop(request: HttpRequest) -> bool:
    """Whether the user sees every image of every kind: then also what the shop no longer names."""
    models = target_models()
    if not models:
        return shop_permissions.is_superuser(request)
    return all(shop_permissions.sees_all(request, model) for model in models)


def narrow(request: HttpRequest, runs: RunQuerySet) -> RunQuerySet:
    """Those of the runs that the user finds in a list, as in the shop's own lists.

    The same queryset for those from whom no list hides an image. For others deleted images are not
    among them: a condition on who began the batch would have every run there is looked at.
    """
    if knows_shop(request):
        return runs
    visible = Q(pk__in=[])
    for model in target_models():
        if shop_permissions.may(request, "view", model):
            visible |= Q(batch__model_label=model._meta.label_lower) & in_lists(
                request, model, runs
            )
    return runs.filter(visible)


def in_lists(request: HttpRequest, model: type[Model], runs: RunQuerySet) -> Q:
    """Those of the runs, which are of images of ``model``, that the user finds in a list."""
    if shop_permissions.sees_all(request, model):
        return Q()
    visible = Q(pk__in=[])
    for policy in shop_permissions.policies(request, model):
        if answer(partial(policy.allows, request, "view"), False):
            visible |= answer(partial(rows_of, request, policy, runs), visible)
    return visible


def rows_of(request: HttpRequest, policy: Policy, runs: RunQuerySet) -> Q:
    """Those of the runs whose images ``policy`` shows to the user in a list.

    Where only pages say what they show, the newest runs alone are looked at, so many at most.
    """
    if policy.asks_pages and not shop_permissions.is_superuser(request):
        newest = runs.order_by("-batch__created_at").values_list("object_pk", flat=True)[:NEWEST]
        return Q(object_pk__in=list(policy.found(request, "view", set(newest))))
    return keys_in(policy.rows(request, "view"))


def keys_in(rows: QuerySet[Any]) -> Q:
    """Runs of these rows."""
    keys = rows.order_by().values_list("pk", flat=True)
    if are_apart_from_runs(rows):  # no query speaks of two databases
        return Q(object_pk__in=[str(pk) for pk in keys])
    few = [str(pk) for pk in keys[: FEW + 1]]
    return Q(object_pk__in=few if len(few) <= FEW else as_text(rows))


def are_apart_from_runs(rows: QuerySet[Any]) -> bool:
    place = getattr(rows, "_db", None) or router.db_for_write(rows.model)
    return bool(place != router.db_for_write(IsolationRun))


def as_text(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The keys of the rows as runs keep them."""
    text: Any = Cast("pk", CharField(max_length=255))
    features = connections[router.db_for_write(IsolationRun)].features
    if isinstance(key_field(rows.model), UUIDField) and not features.has_native_uuid_field:
        parts = [Substr(text, start, length) for start, length in UUID_PARTS]
        dash = Value("-")
        text = Concat(parts[0], *(piece for part in parts[1:] for piece in (dash, part)))
    keys: QuerySet[Any] = rows.order_by().annotate(isolation_key=text).values("isolation_key")
    return keys
