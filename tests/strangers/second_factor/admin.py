from django.contrib import admin
from django_otp.admin import OTPAdminSite

from .models import Photo


class StrictSite(OTPAdminSite):
    """Nobody comes in without the second factor."""


site = StrictSite(name="admin")
site.register(Photo, admin.ModelAdmin)
