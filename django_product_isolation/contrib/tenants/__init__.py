"""For shops with django-tenants: whatever takes steps goes through the schemas of all tenants."""
