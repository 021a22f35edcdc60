from django.contrib import admin

from .models import BestWebShot, Crate, DoubleShot, Item, Pallet, Shot, StudioShot, View


class ShotInline(admin.TabularInline):
    model = Shot
    extra = 0


@admin.register(Item)
class ItemAdmin(admin.ModelAdmin):
    inlines = [ShotInline]


for model in (BestWebShot, Crate, DoubleShot, Pallet, Shot, StudioShot, View):
    admin.site.register(model)
