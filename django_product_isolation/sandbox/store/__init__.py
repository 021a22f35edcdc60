"""What the sandbox keeps: rows in one SQLite file, pictures in one folder."""
