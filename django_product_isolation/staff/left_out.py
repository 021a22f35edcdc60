"""What people are told of images that were left out: one message for each reason.

Where an image has a run on its way, with the address of the page where that is decided about.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.contrib import messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _

from django_product_isolation.host import Skipped, Target
from django_product_isolation.models import IsolationRun
from django_product_isolation.reasons import Reason, sentence_about

from . import permissions
from .addresses import batch_page_urls, page_url

ON_THEIR_WAY = frozenset({Reason.ALREADY_OPEN, Reason.WAITS_FOR_REVIEW, Reason.NEEDS_ATTENTION})


def warn_about(request: HttpRequest, left: Iterable[tuple[str, Reason]]) -> None:
    """A warning for each reason, with the names of the first images that it is about."""
    for reason, names in by_reason(left).items():
        messages.warning(request, sentence_about(reason, names))


def warn_about_skipped(request: HttpRequest, target: Target, skipped: Sequence[Skipped]) -> None:
    """The same of what an order left out, with a link to where one can go on."""
    urls = urls_of_open(request, target, skipped)
    names = by_reason((one.picture.label, one.reason) for one in skipped)
    for reason, about in names.items():
        sentence = sentence_about(reason, about)
        found = [urls.get(one.picture.pk, "") for one in skipped if one.reason == reason]
        url = page_of_all(request, reason, found)
        html = (
            format_html('{} <a href="{}">{}</a>', sentence, url, _("See it")) if url else sentence
        )
        messages.warning(request, html)


def by_reason(left: Iterable[tuple[str, Reason]]) -> Mapping[Reason, list[str]]:
    """The names of images by the reason why they were left out."""
    names: dict[Reason, list[str]] = {}
    for name, reason in left:
        names.setdefault(reason, []).append(name)
    return names


def urls_of_open(
    request: HttpRequest, target: Target, skipped: Sequence[Skipped]
) -> dict[str, str]:
    """By the key of an image that has a run on its way: the address of that; one query at most."""
    pks = [one.picture.pk for one in skipped if one.reason in ON_THEIR_WAY]
    if not pks:
        return {}
    runs = IsolationRun.objects.open().about(target).filter(object_pk__in=pks).order_by()
    url = batch_page_urls(request)
    return {run.object_pk: url(run) for run in runs.only("object_pk", "batch_id")}


def page_of_all(request: HttpRequest, reason: Reason, urls: Sequence[str]) -> str:
    """The page for all images of one message: of their one run or batch, or the review queue; ""
    where there is none."""
    if len(urls) == 1:
        return urls[0]
    if reason == Reason.WAITS_FOR_REVIEW and permissions.has_any_permission(
        request, permissions.REVIEW
    ):
        return page_url(request, "review")
    batches = {url.partition("?")[0] for url in urls}
    return batches.pop() if len(batches) == 1 else ""
