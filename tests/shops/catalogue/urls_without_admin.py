"""A shop that has the admin installed, for its models, and gives it no address."""

from django.urls import include, path

urlpatterns = [path("product-isolation/", include("django_product_isolation.urls"))]
