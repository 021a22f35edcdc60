from django.urls import include, path

from tests.urls import urlpatterns as usual

urlpatterns = [path("i18n/", include("django.conf.urls.i18n")), *usual]
