"""The storefront: all products, and one product with its pictures."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from .models import Product


def home(request: HttpRequest) -> HttpResponse:
    return render(
        request, "shop/home.html", {"products": Product.objects.prefetch_related("images")}
    )


def product(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the picture whose key is in ``?picture=``, or the first."""
    shown = get_object_or_404(Product.objects.prefetch_related("images"), slug=slug)
    images = list(shown.images.all())
    wanted = request.GET.get("picture")
    picture = next((image for image in images if str(image.pk) == wanted), None)
    context = {"product": shown, "images": images, "picture": picture or next(iter(images), None)}
    return render(request, "shop/product.html", context)
