"""The app's own addresses. The host includes them once, anywhere.

Those for machines are always there; the staff pages, which extend the admin's templates, only where
Django's admin is installed.
"""

from django.apps import apps
from django.urls import path, register_converter

from .runflow.callbacks import TokenConverter
from .views import health
from .views.callback import CallbackView

register_converter(TokenConverter, "isolation_token")

app_name = "product_isolation"

urlpatterns = [
    # With and without a slash: a redirect would lose the callback.
    path("callback/<isolation_token:address>/", CallbackView.as_view()),
    path("callback/<isolation_token:address>", CallbackView.as_view(), name="callback"),
    path("health/", health.health, name="health"),
    path("health/lateness/", health.lateness_of_steps, name="lateness"),
]

if apps.is_installed("django.contrib.admin"):
    from .staff.urls import staff_pages

    urlpatterns += staff_pages()
