"""Addresses that ``django_product_isolation.urls`` includes where this app is installed."""

from django.urls import path

from .views import product_images

urlpatterns = [
    path("products/<int:pk>/isolate/", product_images, {"action": "isolate"}, "oscar_isolate"),
    path("products/<int:pk>/restore/", product_images, {"action": "restore"}, "oscar_restore"),
]
