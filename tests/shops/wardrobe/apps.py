from django.apps import AppConfig


class WardrobeConfig(AppConfig):
    name = "tests.shops.wardrobe"
    label = "wardrobe"
