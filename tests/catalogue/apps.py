from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "tests.catalogue"
    label = "catalogue"
