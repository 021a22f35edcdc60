from django.apps import AppConfig


class AssortmentConfig(AppConfig):
    name = "tests.assortment"
    label = "assortment"
