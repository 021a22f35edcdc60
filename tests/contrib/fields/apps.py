from django.apps import AppConfig


class FieldsConfig(AppConfig):
    name = "tests.contrib.fields"
    label = "studio"
