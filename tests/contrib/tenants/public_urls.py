"""The site that is no tenant's: here Runflow calls back for all of them."""

from django.urls import include, path

urlpatterns = [path("product-isolation/", include("django_product_isolation.urls"))]
