"""Runflow's API as this app uses it. Knows the contract, and neither models nor settings."""

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
from .replies import Asset, Run, RunState

__all__ = [
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
