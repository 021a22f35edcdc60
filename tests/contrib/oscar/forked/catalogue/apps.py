from oscar.apps.catalogue.apps import CatalogueConfig


class ForkedCatalogueConfig(CatalogueConfig):
    name = "tests.contrib.oscar.forked.catalogue"
