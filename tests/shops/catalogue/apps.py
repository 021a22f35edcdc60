from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "tests.shops.catalogue"
    label = "catalogue"
