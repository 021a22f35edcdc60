"""Stacked and tabular inlines, and inlines of inlines, derived from what the theme asks for."""

from django.conf import settings
from django.contrib import admin
from django.utils.module_loading import import_string

from tests.shops.catalogue.models import Product, ProductImage
from tests.shops.wardrobe.models import Cut, CutPicture, Garment

Page, Stacked, Tabular = map(import_string, settings.THEME_CLASSES)


class StackedImages(Stacked):
    model = ProductImage
    extra = 0
    verbose_name_plural = "Stacked images"


class TabularImages(Tabular):
    model = ProductImage
    extra = 1
    verbose_name_plural = "Tabular images"
    readonly_fields = ["width", "height", "updated_at"]


class Pictures(Tabular):
    model = CutPicture
    extra = 0


class Cuts(Stacked):
    model = Cut
    extra = 0
    inlines = [Pictures]


admin.site.unregister([Product, ProductImage])


@admin.register(Product)
class ProductAdmin(Page):
    inlines = [StackedImages, TabularImages]


@admin.register(ProductImage)
class ImageAdmin(Page):
    list_display = ["product", "caption", "width", "height", "updated_at"]
    list_filter = ["product"]
    search_fields = ["caption"]


@admin.register(Garment)
class GarmentAdmin(Page):
    inlines = [Cuts]
