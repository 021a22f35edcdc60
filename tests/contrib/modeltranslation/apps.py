from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "tests.contrib.modeltranslation"
    label = "modeltranslation_shop"
