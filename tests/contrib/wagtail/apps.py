from django.apps import AppConfig


class GalleryConfig(AppConfig):
    name = "tests.contrib.wagtail"
    label = "gallery"
