"""Endpoints for machines: Runflow's callback, and whether steps are taken in time."""
