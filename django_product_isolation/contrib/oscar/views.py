"""The door for the dashboard's buttons."""

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from .door import act


@never_cache
@csrf_protect
def product_images(request: HttpRequest, pk: int, action: str) -> HttpResponseBase:
    """Isolate or restore posted images of a product; everything else leads to the product's page.

    That page asks visitors to log in.
    """
    page = None
    if request.method == "POST" and request.user.is_authenticated:
        page = act(request, action, pk)
    product = reverse("dashboard:catalogue-product", args=[pk])
    return page or HttpResponseRedirect(f"{product}#product_images")
