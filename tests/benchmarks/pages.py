"""How long each page takes over a long history, beside Django's own list of a plain table.

    python -m tests.benchmarks.pages [--database-url URL] [--images 100000] [--runs 1000000]

Ends with an error when a page takes longer than the bar. The database is kept and used again.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

BAR = 300.0  # milliseconds at the median


def main() -> int:
    options = parse(sys.argv[1:])
    os.environ["DATABASE_URL"] = options.database_url
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    import django

    django.setup()
    from .measure import measure_all
    from .place import prepare

    prepare(options.images, options.runs)
    return measure_all(options.requests, BAR, options.only)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.pages", description=__doc__)
    file = Path(tempfile.gettempdir()) / "product-isolation-benchmark.sqlite3"
    parser.add_argument("--database-url", default=f"sqlite:///{file}")
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=15, help="for each page (default 15)")
    parser.add_argument("--only", default="", help="pages whose name contains this")
    options = parser.parse_args(arguments)
    if not urlsplit(options.database_url).path.strip("/"):
        parser.error("--database-url must name a database; it is deleted and made anew.")
    return options


if __name__ == "__main__":
    sys.exit(main())
