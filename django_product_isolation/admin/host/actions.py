"""The actions on the host's list of images: "Isolate product" and "Restore original"."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from django_product_isolation.host import Target, targets_of
from django_product_isolation.host.access.safe_calls import add_to_page
from django_product_isolation.host.routing import are_elsewhere
from django_product_isolation.staff import formatting, permissions
from django_product_isolation.staff.deciding import report_restoring
from django_product_isolation.staff.selections import select
from django_product_isolation.workflow import restore
from django_product_isolation.workflow.planning import MAX_READ

if TYPE_CHECKING:
    from typing_extensions import Self

# As Django's method ``has_…_permission`` is to be called, which the shop must not have by chance.
MAY_ISOLATE, MAY_RESTORE = "product_isolation_isolate", "product_isolation_restore"
BROKEN = object()
PERMISSIONS = {MAY_ISOLATE: permissions.ISOLATE, MAY_RESTORE: permissions.RESTORE}


class HostAction(str):
    """The name of an action that is the action, too.

    Django takes the name of a method, which the host's class does not have, or a callable, which
    code of hosts that expects names cannot read. This is both.
    """

    def __new__(cls, function: Any) -> "Self":
        return super().__new__(cls, function.__name__)

    def __init__(self, function: Any) -> None:
        self.__name__ = function.__name__
        self.function = function
        self.short_description = function.short_description
        self.allowed_permissions = function.allowed_permissions

    def __call__(self, model_admin: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The action's answer; a message on the list where it breaks."""
        act = partial(self.function, model_admin, request, *args, **kwargs)
        answer = add_to_page("action", act, BROKEN, passing=(PermissionDenied, Http404))
        if answer is not BROKEN:
            return answer
        messages.error(request, _("This does not work at the moment. The site's log says why."))
        return None

    def __reduce__(self) -> tuple[Any, ...]:
        return HostAction, (self.function,)  # copied like the function


def _escaped(make: Callable[[], str]) -> str:
    return make().replace("%", "%%")


# A label, in the language of whoever looks; Django fills labels in with "%".
lazy_label = lazy(_escaped, str)


@admin.action(permissions=[MAY_ISOLATE], description=gettext_lazy("Isolate product"))
def isolate_product(
    model_admin: "ModelAdmin[Any]",
    request: HttpRequest,
    queryset: QuerySet[Any],
    field: str = "",
) -> HttpResponseRedirect | None:
    """Lead to the confirm page of the ticked images."""
    refuse_without(model_admin, request, permissions.ISOLATE)
    if says_elsewhere(request, queryset):
        return None
    site_name, back = model_admin.admin_site.name, request.get_full_path()
    return select(request, model_admin.model, site_name, queryset, field=field, back=back)


@admin.action(permissions=[MAY_RESTORE], description=gettext_lazy("Restore original"))
def restore_original(
    model_admin: "ModelAdmin[Any]",
    request: HttpRequest,
    queryset: QuerySet[Any],
    field: str = "",
) -> None:
    """Restore originals where our results are shown; messages name those left alone, and why."""
    refuse_without(model_admin, request, permissions.RESTORE)
    if says_elsewhere(request, queryset):
        return
    if queryset.count() > MAX_READ:
        messages.warning(request, formatting.only_the_first(MAX_READ))
    allowed, forbidden = permissions.changeable_images(request, queryset)
    outcome = restore(queryset.filter(pk__in=allowed), field=field, user=request.user)
    report_restoring(request, outcome)
    if forbidden:
        messages.warning(request, formatting.not_allowed(len(forbidden)))


def image_actions(targets: Sequence[Target]) -> Iterator[Callable[..., Any]]:
    """The actions on a list of images; one of each kind for each field, if there are several."""
    for action in (isolate_product, restore_original):
        for target in targets:
            if action is restore_original or not target.obstacle:
                yield action if len(targets) == 1 else for_field(action, target)


def for_field(action: Any, target: Target) -> Callable[..., Any]:
    """``action`` for one of several images; its name and its label say for which."""
    label = lazy_label(partial(formatting.of_field, action.short_description, target))

    @admin.action(permissions=action.allowed_permissions, description=label)
    def of_field(
        model_admin: "ModelAdmin[Any]", request: HttpRequest, queryset: QuerySet[Any]
    ) -> HttpResponseRedirect | None:
        response: HttpResponseRedirect | None = action(
            model_admin, request, queryset, field=target.field.name
        )
        return response

    of_field.__name__ = f"{action.__name__}_{target.field.name}"
    return of_field


def permission_check(
    model_admin: "ModelAdmin[Any]", permission: str
) -> Callable[[HttpRequest], bool]:
    """What Django asks before it offers an action: our permission and the right to change."""

    def has_permission(request: HttpRequest) -> bool:
        if permission == permissions.ISOLATE and not is_possible(model_admin.model):
            return False
        may = permissions.has_any_permission(request, permission)
        return may and model_admin.has_change_permission(request)

    return has_permission


def says_elsewhere(request: HttpRequest, queryset: QuerySet[Any]) -> bool:
    """Whether the ticked rows are in another database; the person is told so."""
    if not are_elsewhere(queryset):
        return False
    messages.error(request, _("These are kept in another database, where nothing can be isolated."))
    return True


def is_possible(model: type[Model]) -> bool:
    """Whether any image of the model can be isolated in this request (see ``Target.obstacle``)."""
    return any(not target.obstacle for target in targets_of(model))


def refuse_without(model_admin: "ModelAdmin[Any]", request: HttpRequest, permission: str) -> None:
    if not permission_check(model_admin, permission)(request):
        raise PermissionDenied
