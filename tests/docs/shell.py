"""What the commands in the documentation take, by their own parsers.

Nothing is run. A program that is not known here is an error, so that none goes unlooked at.
"""

import importlib.util
import json
import shlex
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from celery.bin.celery import celery
from django.core.management import get_commands, load_command_class

from django_product_isolation.sandbox.behaviour import Behaviour
from tests.docs.pages import ROOT

PREFIXES = ("/srv/shop/", ".venv/bin/")
# The commands of django-tenants that run another one, and what they take themselves.
WRAPPERS = {
    "all_tenants_command": {"--no-public"},
    "tenant_command": {"--schema=NAME"},
}
DEMO_COMMANDS = ROOT / "example_project" / "shop" / "management" / "commands"


def check_lines(text: str) -> None:
    """Raises AssertionError, or CommandError, for what the program would refuse."""
    for line in text.splitlines():
        for command in line.split("&&"):
            if words := shlex.split(command):
                check_command(words)


def check_command(words: Sequence[str]) -> None:
    program = words[0]
    for prefix in PREFIXES:
        program = program.removeprefix(prefix)
    assert program in PROGRAMS, f"no test knows what {program} takes"
    PROGRAMS[program](list(words[1:]))


def project() -> dict[str, Any]:
    tomllib = pytest.importorskip("tomllib")  # since Python 3.11
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


def takes_python(words: list[str]) -> None:
    if words[0] == "-m":
        # What only the extra for lint brings need not be installed where tests run.
        extras = project()["project"]["optional-dependencies"]["lint"]
        assert importlib.util.find_spec(words[1]) or words[1] in extras, words
        return
    script, command, *options = words
    if command in WRAPPERS:
        command, *options = [word for word in options if word not in WRAPPERS[command]]
    if script == "manage.py":
        assert command in get_commands(), words
        found = load_command_class(get_commands()[command], command)
        found.create_parser(script, command).parse_args(options)
    else:  # the demo's, which is no app of these tests
        assert (ROOT / script).is_file(), words
        assert (DEMO_COMMANDS / f"{command}.py").is_file(), words


def takes_pip(words: list[str]) -> None:
    """Extras are those that there are."""
    assert words[0] == "install"
    [wanted] = [word for word in words[1:] if word != "-e"]
    name, _, extras = wanted.partition("[")
    assert name in (".", project()["project"]["name"], "tox"), wanted
    for extra in filter(None, extras.rstrip("]").split(",")):
        assert extra in project()["project"]["optional-dependencies"], wanted


def takes_celery(words: list[str]) -> None:
    option, _app, name, *options = words
    assert option == "-A"
    celery.commands[name].make_context(name, list(options), resilient_parsing=True)
    known = {opt for param in celery.commands[name].params for opt in param.opts}
    assert {word for word in options if word.startswith("--")} <= known, words


def takes_tox(words: list[str]) -> None:
    if words:
        option, environment, separator, folder = words
        assert (option, separator) == ("-e", "--")
        assert environment in project()["tool"]["tox"]["env_list"]
        assert (ROOT / folder).is_dir()


def takes_curl(words: list[str]) -> None:
    """What is posted to the sandbox is something that it can be told."""
    address, *options = words
    assert address == "http://127.0.0.1:8765/_sandbox/behaviour"
    assert options[:-1] == ["-H", "Content-Type: application/json", "-d"]
    Behaviour().change(json.loads(options[-1]))


def takes_ruff(words: list[str]) -> None:
    assert words in (["check", "."], ["format", "."])


PROGRAMS: dict[str, Callable[[list[str]], None]] = {
    "celery": takes_celery,
    "curl": takes_curl,
    "pip": takes_pip,
    "python": takes_python,
    "python3": takes_python,
    "ruff": takes_ruff,
    "tox": takes_tox,
}
