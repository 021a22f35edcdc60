from modeltranslation.translator import TranslationOptions, register

from .models import Banner


@register(Banner)
class BannerOptions(TranslationOptions):
    fields = ("image",)
