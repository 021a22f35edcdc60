"""The rows that the invariants compare, as plain values."""

from typing import Any, NamedTuple

RUN = [
    "id",
    "batch_id",
    "object_pk",
    "image_column",
    "status",
    "active_key",
    "source_name",
    "source_sha256",
    "result_name",
    "result_sha256",
    "runflow_run_id",
    "cost",
    "due_at",
    "reason",
    "review",
    "held_from",
]
Run = NamedTuple("Run", [(name, Any) for name in RUN])  # type: ignore[misc]
IMAGE = ["id", "original", "width", "height", "caption", "product_id", "updated_at"]
Image = NamedTuple("Image", [(name, Any) for name in IMAGE])  # type: ignore[misc]


class Change(NamedTuple):
    """The app pointed an image from one file to another."""

    run: Any
    image: int
    old: str
    new: str
    status: str
