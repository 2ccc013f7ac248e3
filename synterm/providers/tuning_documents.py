"""What providers say about jobs that tune a model. It comes from outside: it may be anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from synterm.core.tuning import TuningStatus
from synterm.providers.batch_documents import is_name
from synterm.providers.http_outcomes import WORDS
from synterm.providers.loose_json import as_list, as_object
from synterm.text import one_line

Losses = tuple[tuple[int, float], ...]
"""(step, loss) by step."""

_STATES: Mapping[str, TuningStatus] = {
    **dict.fromkeys(("validating_files", "queued", "pending", "created", "running", "paused"), "running"),
    # Azure's words.
    **dict.fromkeys(("notRunning", "canceling", "cancelling"), "running"),
    "succeeded": "done",
    "failed": "failed",
    **dict.fromkeys(("cancelled", "canceled"), "cancelled"),
}
_MODEL = re.compile(r"[\w.:@+-]+(/[\w.:@+-]+)*", re.A)
_LONGEST_MODEL = 250
_MOST_STEPS = 2**31
_VALIDATED = ("full_valid_loss", "valid_loss", "full_validation_loss", "validation_loss")
"""The whole validation part tells more than a batch of it."""


@dataclass(frozen=True, slots=True)
class RemoteJob:
    """A job as its provider tells of it."""

    id: str
    status: TuningStatus
    words: str
    """The provider's own word for how far it is: ``validating_files``, ``queued``."""
    model: str = ""
    """The tuned model's name at the provider, once it is done."""
    trained_tokens: int | None = None
    """All epochs together, as the provider bills them."""
    why: str = ""
    """Why it failed, if it did."""

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self.status != "running"


def read_job(document: Mapping[str, Any]) -> RemoteJob | None:
    """The job that a document tells of; None when it is none, or is done without a model that could be asked."""
    said = document.get("status")
    status = _STATES.get(said) if isinstance(said, str) else None
    if status is None or not is_name(document.get("id")):
        return None
    named = document.get("fine_tuned_model")
    model = named if isinstance(named, str) and len(named) <= _LONGEST_MODEL and _MODEL.fullmatch(named) else ""
    if status == "done" and not model:
        return None
    tokens = document.get("trained_tokens")
    counted = tokens if type(tokens) is int and 0 <= tokens < 2**53 else None
    error = as_object(document.get("error")).get("message")
    why = one_line(error, WORDS) if isinstance(error, str) else ""
    return RemoteJob(str(document["id"]), status, str(said), model if status == "done" else "", counted, why)


def read_losses(document: Mapping[str, Any]) -> tuple[Losses, Losses]:
    """The losses in a job's events: of the training part, and of the validation part."""
    trained, validated = dict[int, float](), dict[int, float]()
    for event in as_list(document.get("data")):
        data = as_object(as_object(event).get("data"))
        step = data.get("step")
        if type(step) is not int or not 0 <= step < _MOST_STEPS:
            continue
        if (loss := _loss(data.get("train_loss"))) is not None:
            trained[step] = loss
        found = (_loss(data.get(name)) for name in _VALIDATED)
        if (loss := next((loss for loss in found if loss is not None), None)) is not None:
            validated[step] = loss
    return tuple(sorted(trained.items())), tuple(sorted(validated.items()))


def _loss(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        loss = float(value)
    except OverflowError:
        return None
    return loss if isfinite(loss) else None
