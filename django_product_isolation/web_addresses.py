"""Addresses as settings, servers and people write them."""

from urllib.parse import SplitResult, urlsplit


def split_address(url: object) -> SplitResult:
    """The parts of an address, all of them empty where it cannot be read. Raises nothing."""
    try:
        parts = urlsplit(url if isinstance(url, str) else "")
        _ = parts.port  # which is read only when it is asked for
    except ValueError:
        return urlsplit("")
    return parts
