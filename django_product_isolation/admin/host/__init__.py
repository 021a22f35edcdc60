"""What is added to the host's admin; with ``AUTO_ADMIN = False`` it derives from these."""

from .attach import IsolationAdminMixin
from .inlines import IsolationInlineMixin

__all__ = ["IsolationAdminMixin", "IsolationInlineMixin"]
