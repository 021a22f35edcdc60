from django import forms
from django.apps import apps
from django.contrib import admin
from django.db import models


class PrivatePhotoAdmin(admin.ModelAdmin):
    # Django's own widget asks for an address.
    formfield_overrides = {models.ImageField: {"widget": forms.FileInput}}


for model in apps.get_app_config("studio").get_models():
    own = PrivatePhotoAdmin if model.__name__ == "PrivatePhoto" else admin.ModelAdmin
    admin.site.register(model, own)
