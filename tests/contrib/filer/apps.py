from django.apps import AppConfig


class LibraryConfig(AppConfig):
    name = "tests.contrib.filer"
    label = "library"
