"""Every fault at every step of a run, with the outcome that it must have."""
