"""Products whose images stand in inlines of every kind, in admins of the theme's own classes."""
