from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "tests.strangers.polymorphic"
    label = "shop_polymorphic"  # the library has taken the other
