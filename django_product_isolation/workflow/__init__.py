"""The way of an image: begun, sent, collected, published, put back.

Callable without a request and without Celery; every step is safe to take again.
"""

from django_product_isolation.exports import when_asked

__getattr__ = when_asked(__name__)
