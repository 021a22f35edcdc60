"""How the sandbox may be told to differ from its default, and what it is told right now.

Three tables: VARIANTS (readings of the contract that stay until they are switched back), RUN_FAULTS
(what happens to the next runs created) and REQUEST_FAULTS (what happens to the next requests). It
knows their names and meaning; carrying them out is the work of the modules they concern.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

# The first value is the default: the contract, then the newest documentation.
VARIANTS: dict[str, tuple[str, ...]] = {
    # output of a finished run; the numbers of section 4.1 in brackets
    "output_shape": (
        "image_urls",  # (1)
        "outputs",  # (2) [{"url": ..., "type": "image"}] with its companions
        "images",  # (3) [{"url": ...}]
        "image_strings",  # (3) {"images": ["https..."]}
        "image",  # (4) {"image": {"url": ...}}
        "image_string",  # (4) {"image": "https..."}
        "named",  # (4) {"product": ["https..."]}
        "image_url",  # (5)
        "url",  # (5)
        "output_url",  # (5)
        "list",  # (6)
        "string",  # (6)
    ),
    "output_count": ("1", "2"),  # URLs in the output
    "image_format": ("webp", "png", "jpeg"),
    "background": ("white", "off_white", "transparent"),
    "sizes": ("", "nominal", "bucket"),  # "": as the sandbox was started
    "cancelled_spelling": ("canceled", "cancelled"),  # of records (section 7.1)
    "callback_cancelled_spelling": ("cancelled", "canceled"),  # of callbacks (section 7.1)
    "record_shape": ("reference", "sdk"),  # sections 7.11 to 7.15
    "error_shape": ("flat", "nested", "detail", "text"),  # section 7.10
    "balance_shape": ("balance", "balance_cents"),  # section 7.8
    "cursor_shape": ("pq", "next"),  # section 7.18
    "q_grammar": ("both", "colon", "eq", "none"),  # section 7.19; the others answer 422
    "history_shape": ("list", "object"),  # section 7.17
    "failure_output": ("null", "envelope"),  # of callbacks (section 7.5)
    "callback_retry": ("server_errors", "any_failure"),  # section 7.6
    "create_status": ("201", "200"),  # section 7.16
    "create_state": ("queued", "finished"),  # "finished": the reply is already terminal
    "running_state": ("running", "processing", "in_progress"),  # section 3
    "dispatching": ("on", "off"),  # whether runs pass through that state
    # of evaluations; "judged": by the measures of this package, "none": without a verdict
    "evaluation_verdict": (
        "judged",
        "passed",
        "not_passed",
        "none",
        "failed",
        "never",
        "another_id",
    ),
    "idempotency": ("on", "off"),  # section 7.4
    "file_urls": ("signed", "unsigned"),  # "unsigned": unless add_signature=true (section 2.2)
    "references": ("both", "metadata", "client_ref"),  # which of them a new run keeps
    "refuse_authorization": ("off", "on"),  # whether files refuse a request with an API key
}

# What can happen to a run, told when it is created. With the option prompt: only to runs whose
# prompt has those words.
RUN_FAULTS: dict[str, str] = {
    "run_failed": "ends as failed; options failure_code, failure_message",
    "run_cancelled": "ends as cancelled",
    "stuck_in_queued": "never leaves queued",
    "unknown_state": "stays in a state nobody has heard of; option state",
    "odd_cost": "shows option cost (10000.00) where its price should be",
    "empty_output": "succeeds with an output that names no file",
    "tampered_another_colour": "succeeds with the product in another colour",
    "tampered_another_product": "succeeds with another product",
    "tampered_cut_off": "succeeds with the product cut off at the frame",
    "tampered_label_garbled": "succeeds with the middle of the product, its label, garbled",
    "tampered_leftover": "succeeds with a piece of the background beside the product",
    "tampered_part_missing": "succeeds without the product's uppermost part",
    "tampered_tinted_background": "succeeds on a background that is not white",
    "no_callback": "ends without a callback",
    "callback_before_reply": "is finished and called back before the creating request is answered",
    "callback_twice": "is called back twice",
    "callback_unknown_event": "is called back with an event nobody has heard of",
    "callback_extra_fields": "is called back with fields the contract does not name",
    "callback_no_signature": "is called back without a signature",
    "callback_bad_signature": "is called back with the signature of another body",
    "callback_upper_signature": "is called back with the signature in upper case",
    "callback_second_secret": "is called back signed with the newest secret that is not current",
}

# What can happen to a request: the operation it waits for by default, and what it does.
REQUEST_FAULTS: dict[str, tuple[str, str]] = {
    "drop_before_create": ("create_run", "connection closed, nothing done"),
    "drop_after_create": ("create_run", "done, then connection closed without a reply"),
    "slow_reply": ("create_run", "done, then answered after option seconds (30)"),
    "rate_limited": ("create_run", "429; option retry_after sets the Retry-After header"),
    "unauthorized": ("create_run", "401"),
    "payment_required": ("create_run", "402"),
    "forbidden": ("create_run", "403"),
    "conflict": ("create_run", "409, nothing done"),
    "conflict_after": ("create_run", "done, then 409"),
    "error_500": ("create_run", "500, nothing done"),
    "error_503": ("create_run", "503, nothing done"),
    "error_500_after": ("create_run", "done, then 500"),
    "redirect": ("create_run", "302 to the front page, nothing done"),
    "not_json": ("create_run", "done, then answered with a page instead of JSON"),
    "cut_body": ("create_run", "done, then answered with the first half of the JSON"),
    "expired_url": ("download_file", "403, as if the URL had expired"),
    "truncated_image": ("download_file", "the first half of the file, as if that were all"),
    "cut_download": ("download_file", "connection closed after the first half of the file"),
    "html_as_image": ("download_file", "a page that calls itself an image"),
    "html_after_image": ("download_file", "the file with a page behind its picture"),
    "huge_image": ("download_file", "a small PNG of option side (20000) pixels each way"),
    "huge_file": ("download_file", "zeros without end; option bytes (200000000) stops them"),
}

# The names of the views, which a fault's option "on" can choose instead of its default.
OPERATIONS = (
    "any",
    "auth_me",
    "confirm_upload",
    "create_batch",
    "create_evaluation",
    "create_run",
    "create_secret",
    "create_upload",
    "download_file",
    "get_asset",
    "get_balance",
    "get_callback_history",
    "get_evaluation",
    "get_run",
    "get_secret",
    "health",
    "list_job_classes",
    "list_run_evaluations",
    "list_secrets",
    "list_statuses",
    "put_upload",
    "readiness",
    "redeliver_callback",
    "search_runs",
    "update_secret",
)

# What else can be said with a fault, and its type.
OPTIONS: dict[str, type | tuple[type, ...]] = {
    "bytes": int,
    "cost": str,
    "failure_code": str,
    "failure_message": str,
    "prompt": str,
    "retry_after": (int, str),
    "seconds": (int, float),
    "side": int,
    "state": str,
}

Options = Mapping[str, Any]


@dataclass
class Fault:
    """One fault that waits for its requests or runs; ``times`` 0 means until reset."""

    name: str
    operation: str
    times: int
    options: Options

    def as_dict(self) -> dict[str, Any]:
        """Return what ``GET /_sandbox/behaviour`` shows."""
        return {"fault": self.name, "on": self.operation, "times": self.times, **self.options}


class Behaviour:
    """The variants in force and the faults that wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._variants: dict[str, str] = {}
        self._faults: list[Fault] = []

    def __getitem__(self, variant: str) -> str:
        """Return the value in force of a variant."""
        return self._variants.get(variant, VARIANTS[variant][0])

    def change(self, changes: Mapping[str, Any]) -> None:
        """Switch variants, and arm a fault if ``changes`` names one under ``fault``.

        With a fault go ``times`` (1; 0 is until reset), ``on`` (an operation) and its own options.
        Raises ValueError, changing nothing, for a name or value the tables do not hold.
        """
        others = dict(changes)
        fault = take_fault(others) if "fault" in others else None
        for name, value in others.items():
            if value not in VARIANTS.get(name, ()):
                raise ValueError(f"{name}: choose from {VARIANTS.get(name) or list(VARIANTS)}.")
        with self._lock:
            self._variants.update(others)
            if fault:
                self._faults.append(fault)

    def reset(self) -> None:
        """Go back to the default."""
        with self._lock:
            self._variants.clear()
            self._faults.clear()

    def as_dict(self) -> dict[str, Any]:
        """Return everything in force, JSON-ready."""
        with self._lock:
            faults = [fault.as_dict() for fault in self._faults]
        return {"variants": {name: self[name] for name in VARIANTS}, "faults": faults}

    def switched(self) -> list[str]:
        """Return one line for each thing that is not the default."""
        with self._lock:
            variants = [f"{name}: {value}" for name, value in self._variants.items()]
            return variants + [f"{fault.name} on {fault.operation}" for fault in self._faults]

    def take_request_fault(self, operation: str) -> Fault | None:
        """Return the oldest fault for this request, used up by one."""
        taken = self._take(lambda fault: fault.operation in (operation, "any"), only_first=True)
        return taken[0] if taken else None

    def take_run_faults(self, prompt: str) -> dict[str, Options]:
        """Return the faults of the run being created, each used up by one: name to options."""

        def is_meant(fault: Fault) -> bool:
            words = str(fault.options.get("prompt", ""))
            return fault.name in RUN_FAULTS and words.casefold() in prompt.casefold()

        taken = self._take(is_meant, only_first=False)
        return {fault.name: fault.options for fault in taken}

    def _take(self, wanted: Callable[[Fault], bool], *, only_first: bool) -> list[Fault]:
        with self._lock:
            taken = [fault for fault in self._faults if wanted(fault)][: 1 if only_first else None]
            for fault in taken:
                fault.times -= 1
                if fault.times == 0:
                    self._faults.remove(fault)
        return taken


def take_fault(changes: dict[str, Any]) -> Fault:
    """Take the fault and what belongs to it out of ``changes``.

    Raises ValueError for a name, a count or an operation that does not exist.
    """
    name, times = changes.pop("fault"), changes.pop("times", 1)
    if name not in RUN_FAULTS and name not in REQUEST_FAULTS:
        raise ValueError(f"fault: choose from {[*RUN_FAULTS, *REQUEST_FAULTS]}.")
    if type(times) is not int or times < 0:
        raise ValueError("times: a whole number, 0 for until reset.")
    operation = "new runs"
    if name in REQUEST_FAULTS:
        operation = changes.pop("on", REQUEST_FAULTS[name][0])
        if operation not in OPERATIONS:
            raise ValueError(f"on: choose from {list(OPERATIONS)}.")
    return Fault(name, operation, times, take_options(changes))


def take_options(changes: dict[str, Any]) -> Options:
    """Take the options of a fault out of ``changes``. Raises ValueError for one of a wrong type."""
    options = {name: changes.pop(name) for name in OPTIONS if name in changes}
    for name, value in options.items():
        if not isinstance(value, OPTIONS[name]):
            raise ValueError(f"{name}: not a value of this option.")
    return options
