from django.apps import AppConfig


class WarehouseConfig(AppConfig):
    name = "tests.shops.warehouse"
    default_auto_field = "django.db.models.BigAutoField"
