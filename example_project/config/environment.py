"""Reads what the environment says, for the settings. Knows no setting of Django."""

import contextlib
import os
import secrets
import tempfile
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit


def text(name: str, default: str) -> str:
    """Return the variable; one that is set but empty counts as not set."""
    return os.environ.get(name) or default


def switch(name: str, default: bool) -> bool:
    """Return whether the variable says "on"; anything but "on" and "off" raises ValueError."""
    value = text(name, "on" if default else "off")
    if value not in ("on", "off"):
        raise ValueError(f'{name} must be "on" or "off".')
    return value == "on"


def review(name: str) -> bool | str:
    """Return what REVIEW takes; anything but "on", "off" and "doubtful" raises ValueError."""
    return "doubtful" if text(name, "off") == "doubtful" else switch(name, False)


def is_loopback(url: str) -> bool:
    """Return whether the address is on this very machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def kept_secret(path: Path) -> str:
    """Return the secret in the file, made at the first call; only its owner can read it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:
            draft.write(secrets.token_urlsafe(50))
            draft.flush()
            # Several processes may start at once: the first link wins, with a whole file.
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text()
