"""The storefront's two pages, and the icon that browsers ask for by itself."""

from django.templatetags.static import static
from django.urls import path
from django.views.generic import RedirectView

from . import views

app_name = "shop"

urlpatterns = [
    path("", views.home, name="home"),
    path("products/<str:slug>/", views.product, name="product"),
    path("favicon.ico", RedirectView.as_view(url=static("shop/icon.svg"))),
]
