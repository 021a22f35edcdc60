"""Workers that are killed for real, at every step of a run, on real brokers.

``python -m tests.reliability.process_kills`` runs the whole table; the
suite runs a few cells of it.
"""
