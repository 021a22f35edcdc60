from django.urls import include, path

urlpatterns = [path("product-isolation/", include("django_product_isolation.urls"))]
