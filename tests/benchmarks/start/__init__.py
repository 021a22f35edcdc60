"""A small shop that starts, with the app or without."""
