from django.urls import include, path

from tests.urls import urlpatterns as usual

urlpatterns = [path("grappelli/", include("grappelli.urls")), *usual]
