"""How a run goes about batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from synterm.core.completion import Completion
from synterm.errors import ExitCode, ModelError
from synterm.providers.batch import MOST_BYTES, MOST_REQUESTS


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """That a run asks in batches, and how long it waits for them."""

    wait_s: float | None = None
    """How long it waits, in seconds; None: as long as it takes, 0: not at all."""
    most_requests: int = MOST_REQUESTS
    """In one batch."""
    most_bytes: int = MOST_BYTES
    """In one file of requests."""


@dataclass(slots=True)
class Handled:
    """What batches left for the run."""

    told: dict[str, Completion] = field(default_factory=dict[str, Completion])
    """What became of requests that have no answer, by request key: they are not asked one by one."""
    rows: set[int] = field(default_factory=set[int])
    """The rows of the answers that were collected now: they are this run's own, not from before."""

    def merge(self, told: Mapping[str, Completion], rows: set[int]) -> None:
        """Add what came of a batch."""
        self.told.update(told)
        self.rows |= rows


class BatchesLeftError(ModelError):
    """The run ends with batches that are still at their providers; nothing is wrong."""

    exit_code = ExitCode.INCOMPLETE
