"""django-imagekit's pictures under a strategy that makes them when an image is saved."""
