"""Is this body what the contract asks for? (sections 2.1, 2.7 and 8)

Knows fields and limits. Everything wrong is said at once, as ``errors`` of ``{field, message}``.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard
from urllib.parse import urlsplit

from django_product_isolation.choices import AspectRatio, Resolution
from django_product_isolation.sandbox.config import IMAGE_TYPES, MAX_IMAGE_BYTES

MAX_CLIENT_REF = 255
MAX_CALLBACK_URL = 2048
MAX_REFERENCES = 4
INPUT_FIELDS = ("image_url", "aspect_ratio", "resolution", "prompt")


class Invalid(Exception):
    """The body breaks rules; ``errors`` lists them."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{error['field']} {error['message']}" for error in errors))
        self.errors = errors


class Problems:
    """Gathers what is wrong with one body."""

    def __init__(self) -> None:
        self.errors: list[dict[str, str]] = []

    def add(self, field: str, message: str) -> None:
        """Note one broken rule."""
        self.errors.append({"field": field, "message": message})

    def text(self, body: dict[str, Any], field: str, longest: int, prefix: str = "") -> str:
        """Return a required text of 1 to ``longest`` characters, "" after noting a problem."""
        value = body.get(field)
        if not is_text(value) or not 1 <= len(value) <= longest:
            self.add(prefix + field, f"must be a text of 1 to {longest} characters")
            return ""
        return str(value)

    def choice(self, body: dict[str, Any], field: str, allowed: Sequence[str]) -> None:
        """Check a required choice inside ``input``."""
        if body.get(field) not in allowed:
            self.add(f"input.{field}", f"must be one of {', '.join(allowed)}")

    def end(self) -> None:
        """Raise Invalid if anything was noted."""
        if self.errors:
            raise Invalid(self.errors)


@dataclass(frozen=True)
class RunOrder:
    """What a valid request asks for."""

    input: dict[str, str]
    callback_url: str | None
    metadata: dict[str, Any] | None
    client_ref: str | None


def run_order(body: dict[str, Any], image_problem: Callable[[str], str | None]) -> RunOrder:
    """Return what the body of a create request asks for. Raises Invalid.

    ``image_problem`` says what is wrong with an ``image_url``.
    """
    problems = Problems()
    fields = body.get("input")
    if isinstance(fields, dict):
        check_input(fields, image_problem, problems)
    else:
        problems.add("input", "must be an object")
    check_callback_url(body.get("callback_url"), problems)
    check_metadata(body.get("metadata"), problems)
    reference = body.get("client_ref")
    if reference is not None and (not is_text(reference) or len(reference) > MAX_CLIENT_REF):
        problems.add("client_ref", f"must be a text of at most {MAX_CLIENT_REF} characters")
    problems.end()
    return RunOrder(dict(fields or {}), body.get("callback_url"), body.get("metadata"), reference)


def check_input(
    fields: dict[str, Any], image_problem: Callable[[str], str | None], problems: Problems
) -> None:
    """Check ``input`` against the contract's table."""
    image_url = fields.get("image_url")
    problem = image_problem(image_url) if is_text(image_url) else "must be a URL"
    if problem:
        problems.add("input.image_url", problem)
    problems.choice(fields, "aspect_ratio", AspectRatio.values)
    problems.choice(fields, "resolution", Resolution.values)
    if "prompt" in fields and not is_text(fields["prompt"]):
        problems.add("input.prompt", "must be a text")
    for name in sorted(set(fields) - set(INPUT_FIELDS)):
        problems.add(f"input.{name}", "is not a field of this model")


def evaluation_order(
    body: dict[str, Any], image_problem: Callable[[str], str | None]
) -> dict[str, Any]:
    """Return what the body of an evaluation asks for (section 2.12). Raises Invalid."""
    problems = Problems()
    problems.text(body, "task_type", 255)
    references = body.get("reference_images") or []
    if not isinstance(references, list) or len(references) > MAX_REFERENCES:
        problems.add("reference_images", f"must be a list of at most {MAX_REFERENCES}")
        references = []
    urls = [one.get("url") if isinstance(one, dict) else None for one in references]
    for url in [body.get("generated_image_url"), *urls]:
        problem = image_problem(url) if is_text(url) else "must be a URL"
        if problem:
            problems.add("generated_image_url or reference_images", problem)
    problems.end()
    return body


def check_callback_url(value: Any, problems: Problems) -> None:
    """Check an optional URL that a callback can be sent to."""
    if value is None:
        return
    try:
        parts = urlsplit(value) if is_text(value) and len(value) <= MAX_CALLBACK_URL else None
        usable = parts and parts.scheme in ("http", "https") and parts.hostname
    except ValueError:
        usable = None
    if not usable:
        problems.add("callback_url", f"must be a URL of at most {MAX_CALLBACK_URL} characters")


def check_metadata(value: Any, problems: Problems) -> None:
    """Check optional free keys and values, which must survive being echoed."""
    if value is None:
        return
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        problems.add("metadata", "must not hold numbers that JSON cannot write")
    if not isinstance(value, dict):
        problems.add("metadata", "must be an object")


def check_upload(body: dict[str, Any]) -> tuple[str, str]:
    """Return name and media type of an upload session's body. Raises Invalid."""
    problems = Problems()
    name = problems.text(body, "filename", 500)
    mime_type = problems.text(body, "mime_type", 255)
    if mime_type and mime_type not in IMAGE_TYPES:
        problems.add("mime_type", f"must be one of {', '.join(IMAGE_TYPES)}")
    size = body.get("size_bytes")
    if type(size) is not int or not 1 <= size <= MAX_IMAGE_BYTES:
        problems.add("size_bytes", f"must be a whole number from 1 to {MAX_IMAGE_BYTES}")
    problems.end()
    return name, mime_type


def check_label(body: dict[str, Any]) -> str | None:
    """Return the optional label of a signing secret. Raises Invalid."""
    label = body.get("label")
    if label is not None and (not is_text(label) or len(label) > 255):
        raise Invalid([{"field": "label", "message": "must be a text of at most 255 characters"}])
    return None if label is None else str(label)


def is_text(value: Any) -> TypeGuard[str]:
    """Return whether a value is a text that can be written as UTF-8."""
    try:
        return isinstance(value, str) and bool(value.encode() or True)
    except UnicodeEncodeError:
        return False
