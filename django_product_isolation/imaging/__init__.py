"""Pictures: opened, judged, converted for sending, cleaned for publishing, made small.

Must not know where bytes come from or go to.
"""

from django_product_isolation.exports import when_asked

__getattr__ = when_asked(__name__)
