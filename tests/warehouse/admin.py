from django.contrib import admin

from .models import BestWebShot, DoubleShot, Item, Pallet, Shot, StudioShot, View


class ShotInline(admin.TabularInline):
    model = Shot
    extra = 0


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin):
    inlines = [ShotInline]


for model in (BestWebShot, DoubleShot, Pallet, Shot, StudioShot, View):
    admin.site.register(model)
