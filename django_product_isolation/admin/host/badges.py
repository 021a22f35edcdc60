"""The badges on pages of the host's."""

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from django_product_isolation.choices import Status
from django_product_isolation.models import IsolationRun
from django_product_isolation.staff import permissions
from django_product_isolation.staff.addresses import batch_page_urls
from django_product_isolation.staff.run_cards import badge, status_text


class Badges:
    """The badges of runs on one page; links to their batches for those who may see batches."""

    def __init__(self, request: HttpRequest) -> None:
        may_view = permissions.has_view_permission(request)
        self.address = batch_page_urls(request) if may_view else None
        self._plain: dict[tuple[str, bool, str], SafeString] = {}  # few, on pages of many images

    def of(self, run: IsolationRun, told: str = "") -> SafeString:
        """``told`` is said in the place of a status that would say something wrong."""
        looks = (run.status, run.review, told)
        if looks not in self._plain:
            plain = badge(Status.SUPERSEDED, told) if told else badge(run.status, status_text(run))
            self._plain[looks] = plain
        plain = self._plain[looks]
        if self.address is None:
            return plain
        return format_html('<a class="isolation-link" href="{}">{}</a>', self.address(run), plain)
