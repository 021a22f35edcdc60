"""The shop's admin, written as if product isolation were not there: it attaches itself."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .models import Product, ProductImage

admin.site.site_header = "Demo shop"
admin.site.site_title = "Demo shop"
admin.site.index_title = "Staff pages"


def thumbnail(image: ProductImage, height: int) -> SafeString | str:
    """Return the picture at ``height`` pixels, or a dash while there is none."""
    if not image.image:
        return "-"
    return format_html(
        '<img src="{}" alt="{}" height="{}" loading="lazy">',
        image.image.url,
        image.alt_text,
        height,
    )


class ProductImageInline(admin.TabularInline):
    model = ProductImage
    fields = ["picture", "image", "alt_text", "position"]
    readonly_fields = ["picture"]
    extra = 0

    @admin.display(description="Picture")
    def picture(self, image: ProductImage) -> str:
        return thumbnail(image, 90)


@admin.register(Product)
class ProductAdmin(admin.ModelAdmin):
    list_display = ["name", "price", "image_count"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [ProductImageInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Product]:
        return super().get_queryset(request).annotate(number_of_images=Count("images"))

    @admin.display(description="Images", ordering="number_of_images")
    def image_count(self, product: Any) -> int:
        count: int = product.number_of_images
        return count


@admin.register(ProductImage)
class ProductImageAdmin(admin.ModelAdmin):
    list_display = ["picture", "product", "alt_text", "size"]
    list_display_links = ["picture", "product"]
    list_select_related = ["product"]
    list_filter = ["product"]
    search_fields = ["product__name", "alt_text"]
    fields = ["large_picture", "size", "product", "image", "alt_text", "position"]
    readonly_fields = ["large_picture", "size"]

    @admin.display(description="Picture")
    def picture(self, image: ProductImage) -> str:
        return thumbnail(image, 60)

    @admin.display(description="Picture")
    def large_picture(self, image: ProductImage) -> str:
        return thumbnail(image, 300)

    @admin.display(description="Size in pixels", empty_value="-")
    def size(self, image: ProductImage) -> str | None:
        return f"{image.width} x {image.height}" if image.width else None
