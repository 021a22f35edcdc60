from django.apps import AppConfig


class AssortmentConfig(AppConfig):
    name = "tests.shops.assortment"
    label = "assortment"
