"""Swaps and restores as revisions of django-reversion."""
