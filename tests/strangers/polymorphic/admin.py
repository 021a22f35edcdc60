from django.contrib import admin
from polymorphic.admin import PolymorphicChildModelAdmin, PolymorphicParentModelAdmin

from .models import CustomerPhoto, Photo, StudioPhoto


@admin.register(Photo)
class PhotoAdmin(PolymorphicParentModelAdmin):
    base_model = Photo
    child_models = (StudioPhoto, CustomerPhoto)
    polymorphic_list = True


@admin.register(StudioPhoto, CustomerPhoto)
class ChildAdmin(PolymorphicChildModelAdmin):
    base_model = Photo
    show_in_index = False
