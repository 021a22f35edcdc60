"""Isolation in Wagtail's own pages for images, and what Wagtail derives from a picture."""
