"""Isolate product photos from the Django admin with Runflow's Product Isolation model."""

__version__ = "0.1.0"
