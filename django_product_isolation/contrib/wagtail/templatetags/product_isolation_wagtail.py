"""Tags for our templates in Wagtail's admin."""

from functools import partial
from typing import Any

from django import template
from django.db.models import Model
from django.http import HttpRequest

from django_product_isolation.admin.host.image_page import controls
from django_product_isolation.admin.host.state_column import current_runs
from django_product_isolation.contrib.wagtail.frame import WAGTAIL, page
from django_product_isolation.host.access import frames
from django_product_isolation.host.access.safe_calls import add_to_page
from django_product_isolation.models import IsolationRun
from django_product_isolation.staff import permissions
from django_product_isolation.staff.targets import find_target

register = template.Library()


@register.inclusion_tag("admin/product_isolation/wagtail/image_controls.html", takes_context=True)
def isolation_image_controls(context: template.Context, image: Model) -> dict[str, Any]:
    """State and buttons of an image on its page in Wagtail, for those who may see its runs."""
    return add_to_page("wagtail_image", partial(controls_of, context, image), {})


def controls_of(context: template.Context, image: Model) -> dict[str, Any]:
    """What the template of state and buttons needs; raises whatever breaks."""
    request: HttpRequest = context["request"]
    target = find_target(image._meta.label)
    if target is None or not permissions.has_preview_permission(request):
        return {}
    frames.enter(request, WAGTAIL)
    run = current_runs(target, [image]).get(target.pk_of(image))
    may_change = permissions.has_image_permission(request, target, image)
    return {
        **controls(request, target, image, run, may_change=may_change),
        "is_shown": True,
        "runs_url": runs_url(request, target.pk_of(image)),
        "csrf_token": context.get("csrf_token"),
    }


def runs_url(request: HttpRequest, pk: str) -> str:
    """All runs of an image; "" where there is none, or the person may see none."""
    has_runs = IsolationRun.objects.filter(object_pk=pk).exists()
    is_allowed = has_runs and permissions.has_view_permission(request)
    return f"{page('runs')}?q={pk}" if is_allowed else ""


@register.simple_tag(takes_context=True)
def isolation_breadcrumbs(context: template.Context) -> list[dict[str, Any]]:
    """From the place that people came from to the page they are on, as Wagtail draws it."""
    return [context["frame_crumb"], {"url": "", "label": context["title"]}]


@register.simple_tag(takes_context=True)
def isolation_refused_actions(context: template.Context) -> list[str]:
    """The actions of ours in the list of images for which the person has no permission."""
    actions = {"isolate_product": permissions.ISOLATE, "restore_original": permissions.RESTORE}
    request: HttpRequest = context["request"]

    def may(permission: str) -> bool:
        return permissions.has_any_permission(request, permission)

    return [
        action
        for action, permission in actions.items()
        if not add_to_page("wagtail_list", partial(may, permission), False)
    ]
