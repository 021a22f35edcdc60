from django.apps import AppConfig


class LookbookConfig(AppConfig):
    name = "tests.shops.lookbook"
    label = "lookbook"
