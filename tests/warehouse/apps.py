from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "tests.warehouse"
    label = "warehouse"
