"""How fast the app is, each thing beside something simpler that does the same work.

    python -m tests.benchmarks [PART ...] [--database-url URL]... [--json FILE]

Figures are the middle one of some rounds, in which both are called in turn; the spread is that of
the ratios. Databases are made, kept and used again. Ends with 1 when a bar is missed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from . import registry


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    parts = options.parts or registry.part_names()
    results: list[dict[str, Any]] = []
    for number, url in enumerate(options.database_url):
        wanted = [name for name in parts if number == 0 or registry.is_for_each_database(name)]
        if not wanted:
            continue
        if len(options.database_url) == 1:
            results += run(options, url, wanted)
        else:
            results += run_apart(options, url, wanted)
    if options.json:
        from .machine import describe

        said = {"machine": describe(), "rounds": options.rounds, "results": results}
        options.json.write_text(json.dumps(said, indent=1))
    return int(any(result["met"] is False for result in results))


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help="all, unless some are named")
    parser.add_argument("--list", action="store_true", help="name the parts and do nothing")
    parser.add_argument("--database-url", action="append", help="may be given several times")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file")
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="what has this in its name")
    parser.add_argument("--pairs", type=Path, metavar="FOLDER", help="pairs.csv for the verdict")
    parser.add_argument("--sample", type=int, help="at most so many pairs of each kind")
    options = parser.parse_args(arguments)
    if options.list:
        print(*registry.part_names(), sep="\n")
        parser.exit()
    if unknown := sorted({*options.parts} - {*registry.part_names()}):
        parser.error(f"There is no part {', '.join(unknown)}.")
    file = Path(tempfile.gettempdir()) / "product-isolation-benchmark.sqlite3"
    options.database_url = options.database_url or [f"sqlite:///{file}"]
    if not all(urlsplit(url).path.strip("/") for url in options.database_url):
        parser.error("--database-url must name a database; it is deleted and made anew.")
    return options


def run(options: argparse.Namespace, url: str, wanted: list[str]) -> list[dict[str, Any]]:
    """Measure these parts on one database, in this process; print and return the results."""
    os.environ["DATABASE_URL"] = url
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    import django

    django.setup()
    from . import machine, table
    from .pairs import measured
    from .place import prepare

    if any(map(registry.needs_history, wanted)):
        prepare(options.images, options.runs)
    database = machine.database()
    print(f"\n{database}; {machine.describe()}\n\n{table.HEAD}")
    results = []
    for name in wanted:
        for found in registry.measurements(name, options):
            if options.only not in found.name:
                continue
            if isinstance(found, registry.Comparison):
                found = measured(found, options.rounds)
            print(table.row(found), flush=True)
            results.append(table.record(name, database, found))
    return results


def run_apart(options: argparse.Namespace, url: str, wanted: list[str]) -> list[dict[str, Any]]:
    """The same in a process of its own: a process has one database."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "results.json"
        command = [sys.executable, "-m", "tests.benchmarks", *wanted, f"--database-url={url}"]
        for name in ("images", "runs", "rounds", "only", "pairs", "sample"):
            if (value := getattr(options, name)) is not None:
                command.append(f"--{name}={value}")
        subprocess.run([*command, f"--json={file}"], check=False)
        found: list[dict[str, Any]] = json.loads(file.read_text())["results"]
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
