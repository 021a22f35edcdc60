from django.urls import include, path

from .views import bare

urlpatterns = [
    path("product-isolation/", include("django_product_isolation.urls")),
    path("bare/<uuid:pk>/", bare),
    path("stripe/", include("djstripe.urls", namespace="djstripe")),
    path("anymail/", include("anymail.urls")),
]
