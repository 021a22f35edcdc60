"""Which runs a person may see and decide about: those of images that they may see and change.

What the shop hides from a user is hidden here. Of a deleted image no row is left to ask about: its
runs are shown to the user who ordered the batch, to superusers, and to those from whom no place of
the shop's could have hidden it.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import Any, cast
from uuid import UUID

from django.db import router
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest

from django_product_isolation.database.byte_comparison import (
    can_write_keys,
    is_key_among,
    is_one_of,
)
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
# So many where keys are compared one by one, because no query can speak of both, or only Python
# knows how keys are written; and so many are asked about in one query.
NEWEST_BY_KEY = 5000
AT_ONCE = 1000
KEY = cast("Field[Any, Any]", IsolationRun._meta.get_field("object_pk"))


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
            of_model = {"batch__model_label": model._meta.label_lower}
            visible |= Q(**of_model) & in_lists(request, model, runs.filter(**of_model))
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
        return is_one_of(KEY, list(policy.found(request, "view", newest_keys(runs, NEWEST))))
    return keys_in(policy.rows(request, "view"), runs)


def newest_keys(runs: RunQuerySet, count: int) -> list[str]:
    """The keys of the images of so many of the newest runs, each once."""
    newest = runs.order_by("-batch__created_at").values_list("object_pk", flat=True)
    return list(dict.fromkeys(newest[:count]))


def keys_in(rows: QuerySet[Any], runs: RunQuerySet) -> Q:
    """Those of the runs that are of these rows.

    Where no query can compare their keys, only the newest runs are looked at, so many at most.
    """
    keys = rows.order_by().values_list("pk", flat=True)
    few = [str(pk) for pk in keys[: FEW + 1]]
    if len(few) <= FEW:
        return is_one_of(KEY, few)
    if can_write_keys(rows.model) and not are_apart_from_runs(rows):
        return is_key_among(KEY, rows)
    newest = newest_keys(runs, NEWEST_BY_KEY)
    chunks = (set(newest[start : start + AT_ONCE]) for start in range(0, len(newest), AT_ONCE))
    return is_one_of(KEY, [key for some in chunks for key in existing(rows.order_by(), some)])


def are_apart_from_runs(rows: QuerySet[Any]) -> bool:
    place = getattr(rows, "_db", None) or router.db_for_write(rows.model)
    return bool(place != router.db_for_write(IsolationRun))
