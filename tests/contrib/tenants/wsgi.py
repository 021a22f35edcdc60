from django.core.wsgi import get_wsgi_application

from .celery_app import app  # noqa: F401  (where the site's nudges go)

application = get_wsgi_application()
