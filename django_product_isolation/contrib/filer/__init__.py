"""Beside django-filer: actions in its folders, and its rights."""
