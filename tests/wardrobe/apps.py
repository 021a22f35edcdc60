from django.apps import AppConfig


class WardrobeConfig(AppConfig):
    name = "tests.wardrobe"
    label = "wardrobe"
