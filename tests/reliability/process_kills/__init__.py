"""Workers that are killed for real, at steps of a run, on real brokers."""
