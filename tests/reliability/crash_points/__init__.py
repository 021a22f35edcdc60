"""The plain flow, with a death, a double or an error of the database at every point of it."""
