"""Isolation on the product page of django-oscar's dashboard."""
