"""Runflow's API as this app uses it. Knows the contract and no models; where it asks
and calls back, the settings say."""

from typing import TYPE_CHECKING

from django_product_isolation.exports import when_asked

if TYPE_CHECKING:
    from .client import RunflowClient, RunRequest, Search
    from .errors import (
        AccountRefused,
        Conflict,
        NotFound,
        NotReached,
        OutcomeUnknown,
        RateLimited,
        Refused,
        RunflowError,
        UploadFailed,
    )
    from .evaluations import Evaluation, EvaluationRequest, EvaluationState
    from .replies import MAX_COST, Asset, Run, RunState

HOMES = {
    ".client": "RunflowClient RunRequest Search",
    ".errors": (
        "AccountRefused Conflict NotFound NotReached OutcomeUnknown RateLimited Refused "
        "RunflowError UploadFailed"
    ),
    ".evaluations": "Evaluation EvaluationRequest EvaluationState",
    ".replies": "MAX_COST Asset Run RunState",
}
if not TYPE_CHECKING:
    __getattr__ = when_asked(__name__, HOMES)

__all__ = [
    "MAX_COST",
    "AccountRefused",
    "Asset",
    "Conflict",
    "Evaluation",
    "EvaluationRequest",
    "EvaluationState",
    "NotFound",
    "NotReached",
    "OutcomeUnknown",
    "RateLimited",
    "Refused",
    "Run",
    "RunRequest",
    "RunState",
    "RunflowClient",
    "RunflowError",
    "Search",
    "UploadFailed",
]
