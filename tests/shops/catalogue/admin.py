from django.contrib import admin

from .models import Product, ProductImage, Swatch

admin.site.register(Product)


@admin.register(ProductImage)
class ProductImageAdmin(admin.ModelAdmin):
    list_display = ["product", "caption"]


@admin.register(Swatch)
class SwatchAdmin(admin.ModelAdmin):
    list_display = ["name"]
