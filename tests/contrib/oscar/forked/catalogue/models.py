from django.db import models
from oscar.apps.catalogue.abstract_models import AbstractProductImage


class ProductImage(AbstractProductImage):
    """With a column of the shop's own."""

    photographer = models.CharField(max_length=80, default="the studio")


from oscar.apps.catalogue.models import *  # noqa: E402, F403 (what is defined above stays)
