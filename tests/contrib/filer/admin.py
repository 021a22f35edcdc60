from django.contrib import admin

from .models import Mug

admin.site.register(Mug)
