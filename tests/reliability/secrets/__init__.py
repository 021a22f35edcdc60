"""A hunt for secrets in whatever the app lets out: logs, reports, rows, messages, pages (P43)."""
