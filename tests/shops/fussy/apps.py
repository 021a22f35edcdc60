from django.apps import AppConfig


class FussyConfig(AppConfig):
    name = "tests.shops.fussy"
    default_auto_field = "django.db.models.BigAutoField"
