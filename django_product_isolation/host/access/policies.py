"""The places in which people of the shop see its images, and what each place lets them do.

A place is a ModelAdmin, an inline on the page of what the images belong to, or one that the shop
names itself. Imports nothing of the admin, which need not be installed.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from django.contrib.auth import get_permission_codename
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from django_product_isolation.database.primary_keys import key_field
from django_product_isolation.host.columns import has_key_of
from django_product_isolation.host.registry import targets_of
from django_product_isolation.host.rows import unopened

from .own_pages import at_list
from .site_access import any_lets_in, lets_in

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite, ModelAdmin

Action = Literal["view", "change"]


class Policy:
    """One place in which people see images of ``model``.

    A shop derives from it for a place that is no ModelAdmin, and registers it.
    """

    site: "AdminSite | None" = None  # the admin site that it is part of

    def __init__(self, model: type[Model]) -> None:
        self.model = model

    @classmethod
    def shows(cls, model: type[Model]) -> bool:
        """Whether images of that model are seen here. Asked of registered classes."""
        raise NotImplementedError

    def lets_in(self, request: HttpRequest) -> bool:
        """Whether the person may enter at all."""
        raise NotImplementedError

    def rows(self, request: HttpRequest, action: Action) -> QuerySet[Any]:
        """The images that the person finds here, and may view or change."""
        raise NotImplementedError

    def allows(self, request: HttpRequest, action: Action, row: Model | None = None) -> bool:
        """Whether the person may do it to one of those rows; without one, to any at all."""
        return True

    @property
    def asks_each(self) -> bool:
        """Whether the answer may differ from row to row among ``rows()``."""
        return False

    @property
    def asks_pages(self) -> bool:
        """Whether ``rows()`` may have some that the person finds on no page; ``found()`` knows."""
        return False

    def found(self, request: HttpRequest, action: Action, pks: Iterable[str]) -> dict[str, Model]:
        """Those of the images with these keys that the person may view or change here; one query.

        No image file is opened to find its dimensions.
        """
        rows = self.rows(request, action)
        near = unopened(rows).filter(pk__in=valid_keys(rows.model, pks))
        found = {str(row.pk): row for row in near}
        return {pk: row for pk, row in found.items() if self.allows(request, action, row)}

    def has_all(self, model: type[Model]) -> bool:
        """Whether each row of ``model`` has its place here, if nothing hides it."""
        return has_rows_of(self.model, model)

    def shows_all(self, request: HttpRequest, action: Action) -> bool:
        """Whether the person finds every row that has its place here, whichever it is."""
        return self.allows(request, action) and not is_narrowed(self.rows(request, action))


class AdminPolicy(Policy):
    """A ModelAdmin, in a site that has an address."""

    def __init__(self, model: type[Model], model_admin: "ModelAdmin[Any]") -> None:
        super().__init__(model)
        self.model_admin = model_admin
        self.site = model_admin.admin_site

    def lets_in(self, request: HttpRequest) -> bool:
        return lets_in(self.model_admin.admin_site, request)

    def rows(self, request: HttpRequest, action: Action) -> QuerySet[Any]:
        return self.model_admin.get_queryset(at_list(self.model_admin, request))

    def allows(self, request: HttpRequest, action: Action, row: Model | None = None) -> bool:
        return says_yes(self.model_admin, at_list(self.model_admin, request), action, row)

    @property
    def asks_each(self) -> bool:
        return decides_by_row(self.model_admin)


class ClosedPolicy(Policy):
    """Stands for a place of which nobody can say what it shows to whom: nobody passes."""

    def lets_in(self, request: HttpRequest) -> bool:
        return False


class PlainPolicy(Policy):
    """Stands in where no place of the shop's shows the model: Django's permissions count."""

    def __init__(self, model: type[Model], sites: "Iterable[AdminSite]") -> None:
        super().__init__(model)
        self.sites = list(sites)

    def lets_in(self, request: HttpRequest) -> bool:
        return any_lets_in(self.sites, request)

    def rows(self, request: HttpRequest, action: Action) -> QuerySet[Any]:
        return self.model._default_manager.all()

    def allows(self, request: HttpRequest, action: Action, row: Model | None = None) -> bool:
        enough = ("view", "change") if action == "view" else ("change",)
        opts = self.model._meta
        names = (f"{opts.app_label}.{get_permission_codename(verb, opts)}" for verb in enough)
        has_perm = getattr(request.user, "has_perm", None)
        return has_perm is not None and any(has_perm(name) for name in names)


def says_yes(shown: Any, request: HttpRequest, action: Action, obj: Model | None) -> bool:
    """What a ModelAdmin says of one of its rows, or an inline of the row whose page it is on."""
    either = "has_view_or_change_permission"  # of Django's two permissions, unless it is the host's
    if not shown.has_view_permission(request, obj):
        return False
    if has_rule(shown, either) and not getattr(shown, either)(request, obj):
        return False
    return action == "view" or bool(shown.has_change_permission(request, obj))


def decides_by_row(shown: Any) -> bool:
    """Whether an admin or inline has rules of its own for who may do what to which row."""
    verbs = ("view", "change", "view_or_change")
    return any(has_rule(shown, f"has_{verb}_permission") for verb in verbs)


def has_rule(shown: Any, name: str) -> bool:
    """Whether a method of an admin or inline is not Django's."""
    method = getattr(getattr(shown, name), "__func__", None)
    return not getattr(method, "__module__", "").startswith("django.contrib.")


def valid_keys(model: type[Model], pks: Iterable[str]) -> list[Any]:
    """The keys among ``pks`` that a row of the model may have; the shop may have changed them."""
    field = key_field(model)
    keys = []
    for pk in pks:
        try:
            key = field.to_python(pk)
            field.run_validators(key)
        except (ValidationError, ValueError):
            continue
        keys.append(key)
    return keys


def is_narrowed(rows: QuerySet[Any]) -> bool:
    """Whether the queryset may leave out rows that the table has.

    So may one of a manager that hides rows, be they deleted softly or another tenant's.
    """
    manager, query = rows.model._default_manager, rows.query
    if type(rows) is not type(manager.all()):
        return True  # a class of its own may leave out rows while it reads them
    return any(
        (query.where, query.is_sliced, query.combinator, query.extra_tables, query.distinct_fields)
    )


def is_shown_by(model: type[Model], shown: type[Model]) -> bool:
    """Whether a page for ``shown`` shows images of ``model``: a proxy, a parent or a child of it.

    Parents and children keep one row in several tables; only those under one key are meant, and
    among parents those that have the images.
    """
    ours, theirs = concrete(model), concrete(shown)
    if ours is theirs:
        return True
    if issubclass(theirs, ours):
        return has_key_of(theirs, ours)
    return issubclass(ours, theirs) and has_images_of(theirs, model) and has_key_of(ours, theirs)


def has_rows_of(shown: type[Model], model: type[Model]) -> bool:
    """Whether each row of ``model`` is a row of ``shown`` too: of a child table only some are."""
    return issubclass(concrete(model), concrete(shown))


def has_images_of(parent: type[Model], model: type[Model]) -> bool:
    """Whether the parent has the very images of ``model`` that are isolated: all that are."""
    try:
        targets = targets_of(model)
    except ImproperlyConfigured:
        return False  # the system checks say what is wrong
    return bool(targets) and all(target.field in parent._meta.fields for target in targets)


def concrete(model: type[Model]) -> type[Model]:
    """The model that has the table."""
    return model._meta.concrete_model or model
