"""Runflow's routes over HTTP: what comes in, what is refused, what goes out."""
