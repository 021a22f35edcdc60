"""Runflow's API as this app uses it. Knows the contract and no models; where it asks
and calls back, the settings say."""

from django_product_isolation.exports import when_asked

__getattr__ = when_asked(__name__)
