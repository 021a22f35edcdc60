from django.apps import AppConfig


class LookbookConfig(AppConfig):
    name = "tests.lookbook"
    label = "lookbook"
