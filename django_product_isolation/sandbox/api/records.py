"""What the API shows of a run, a delivery and an asset.

Knows the fields of the contract's records (sections 2.1, 2.5, 2.7) and turns rows into them.
"""

import json
import uuid
from typing import Any

from django_product_isolation.sandbox.api import shapes
from django_product_isolation.sandbox.behaviour import Behaviour
from django_product_isolation.sandbox.isolation.sources import FILES, Sources
from django_product_isolation.sandbox.signing import UrlSigner
from django_product_isolation.sandbox.store.assets import Asset
from django_product_isolation.sandbox.store.deliveries import Deliveries, Delivery
from django_product_isolation.sandbox.store.identifiers import timestamp, with_offset
from django_product_isolation.sandbox.store.runs import Run

UNHEARD_OF_STATE = "awaiting_moderation"
EVENTS = {"succeeded": "run.completed", "failed": "run.failed", "cancelled": "run.cancelled"}
PROMPT_NOTE = "The prompt is recorded; no engine of the sandbox can obey it."


class Records:
    """Turns rows into what the API shows, in the shapes in force."""

    def __init__(self, behaviour: Behaviour, signer: UrlSigner, sources: Sources) -> None:
        self._behaviour = behaviour
        self._signer = signer
        self._sources = sources

    def run(self, run: Run, *, add_signature: bool = False) -> dict[str, Any]:
        """Return the record of a run, its URLs freshly signed (contract, section 2.1)."""
        record = {
            "id": run.id,
            "target_type": "model",
            "model_id": str(uuid.uuid5(uuid.NAMESPACE_URL, run.model)),
            "status_code": self._status(run),
            "input": self._input(run),
            "output": self.output(run, add_signature=add_signature),
            "metadata": json.loads(run.metadata) if run.metadata else None,
            "source_code": "sandbox",
            "context": self._context(run),
            **{name: getattr(run, name) for name in SAME_NAMES},
            **dict.fromkeys(ALWAYS_NULL),
            "has_logs": False,
            "has_node_runs": False,
        }
        if run.cost and (odd := run.fault_options.get("odd_cost")) is not None:
            record["cost"] = odd.get("cost", "10000.00")
        return shapes.RECORD[self._behaviour["record_shape"]](record)

    def output(self, run: Run, *, add_signature: bool = False) -> Any:
        """Return a run's output in the shape in force; None until it has succeeded."""
        if run.status_code != "succeeded":
            return None
        sign = add_signature or self._behaviour["file_urls"] == "signed"
        url = self._signer.signed if sign else self._signer.unsigned
        urls = [url(FILES + name) for name in run.files]
        return shapes.OUTPUT[self._behaviour["output_shape"]](urls)

    def callback(self, run: Run) -> dict[str, Any]:
        """Return the payload that announces a finished run (contract, section 2.4)."""
        status = run.status_code
        if status == "cancelled":
            status = self._behaviour["callback_cancelled_spelling"]
        output = self.output(run)
        if run.status_code == "failed" and self._behaviour["failure_output"] == "envelope":
            output = {"error": {"code": run.failure_code, "message": run.failure_message}}
        payload = {
            "event": EVENTS[run.status_code],
            "run_id": run.id,
            "status": status,
            "output": output,
            "duration_ms": run.duration_ms,
            "created_at": with_offset(run.created_at),
            "completed_at": with_offset(run.completed_at),
            "metadata": json.loads(run.metadata) if run.metadata else None,
        }
        if "callback_unknown_event" in run.fault_options:
            payload["event"] = "run.archived"
        if "callback_extra_fields" in run.fault_options:
            payload.update(schema_version=2, links={"run": f"/v1/runs/{run.id}"})
        return payload

    def asset(self, asset: Asset) -> dict[str, Any]:
        """Return the record of an asset with a freshly signed URL (contract, section 2.7)."""
        key = asset.file_name or asset.unconfirmed_name
        return {
            "id": asset.id,
            "org_id": asset.org_id,
            "folder_id": None,
            "name": asset.name,
            "r2_key": key,
            "url": self._signer.signed(FILES + key),
            "thumbnail_url": None,
            "mime_type": asset.mime_type,
            "size_bytes": asset.size_bytes,
            "asset_type": "image",
            "source_type": asset.source_type,
            "source_id": None,
            "created_by": None,
            "created_at": asset.created_at,
            "updated_at": asset.updated_at,
            "deleted_at": None,
            "deleted_by": None,
        }

    def _status(self, run: Run) -> str:
        if run.status_code == "cancelled":
            return self._behaviour["cancelled_spelling"]
        if run.status_code != "running":
            return run.status_code
        unknown = run.fault_options.get("unknown_state")
        if unknown is not None:
            return str(unknown.get("state", UNHEARD_OF_STATE))
        return self._behaviour["running_state"]

    def _input(self, run: Run) -> dict[str, Any]:
        fields = run.fields
        return {**fields, "image_url": self._sources.shown(fields["image_url"])}

    def _context(self, run: Run) -> dict[str, Any]:
        note = PROMPT_NOTE if run.fields.get("prompt") else None
        return {"sandbox": {"engine": run.engine, "prompt": note}}


SAME_NAMES = (
    "cost",
    "duration_ms",
    "client_ref",
    "callback_url",
    "failure_code",
    "failure_message",
    "failure_stage_code",
    "created_at",
    "started_at",
    "completed_at",
    "org_id",
    "request_id",
)

ALWAYS_NULL = (
    "cost_breakdown",
    "flow_id",
    "comfyui_workflow_id",
    "created_by",
    "batch_id",
    "resolved_template_id",
    "flow_version_id",
    "target_version",
    "jurisdiction_code",
    "nodes_total",
    "nodes_completed",
    "links",
)

HIDDEN_OF_DELIVERY = ("due_at", "signature")


def delivery_record(delivery: Delivery, deliveries: Deliveries) -> dict[str, Any]:
    """Return the record of a delivery with its attempts (contract, section 2.5)."""
    shown = {name: v for name, v in vars(delivery).items() if name not in HIDDEN_OF_DELIVERY}
    return {
        **shown,
        "payload": json.loads(delivery.payload_bytes),
        "is_automatic": bool(delivery.is_automatic),
        "next_attempt_at": timestamp(delivery.due_at) if delivery.due_at else None,
        "attempts": deliveries.attempts(delivery.id),
    }
