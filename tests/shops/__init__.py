"""Shops of strangers: the apps of models that the tests install, each odd in its own way."""
