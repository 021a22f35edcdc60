"""Celery's workers over a Runflow that answers at once: our steps, and one plain task instead."""
