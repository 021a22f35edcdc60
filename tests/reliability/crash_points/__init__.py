"""The plain flow, with a death, a double or an error at every single point of it."""
