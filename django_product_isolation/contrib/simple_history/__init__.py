"""Swaps and restores in the histories of django-simple-history."""
