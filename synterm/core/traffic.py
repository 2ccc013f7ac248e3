"""Traffic: what the app was asked in production and what it answered, as its logs tell."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.ids import ulid_of
from synterm.core.record import record

TrafficState = Literal["new", "promoted", "dismissed"]
"""``new`` until somebody makes a case of it, or says that it is of no use."""
Placing = Literal["unplaced", "placed", "uncovered"]
"""Whether it was looked for a behavior, and whether there is one for it."""

TRAFFIC, PROMOTION, OUTPUT = "traffic", "promotion", "output"
"""The names under which the origin of a case that was made of a call has the call's id, the id of the act that made
it, and what was answered."""


@record
class LoggedCall:
    """One call of the app in production. Its id is told by its time and by what the log says of it, so that the same
    log, read again or in another copy of the project, makes the same calls."""

    id: str
    served: str
    """When it was answered: ISO 8601, UTC, in milliseconds."""
    input: dict[str, Any]
    """Named values for the prompt's placeholders, personal data masked."""
    output: str
    """What the app answered, personal data masked; empty where it gave no answer."""
    outcome: Outcome = Outcome.COMPLETE
    model: str = ""
    """The model's name, as the log has it."""
    finish_reason: str | None = None
    latency_ms: float | None = None
    cost_usd: float | None = None
    usage: Usage = Usage()
    error: str | None = None
    """Why there is no answer, where the log tells."""
    expected: Any = None
    """What should have been answered, where the log tells."""
    weight: float = 1.0
    """For how many calls it stands: 20 where one of 20 was kept."""
    masked: dict[str, int] | None = None
    """What was masked in it, by kind: ``{"e-mail": 2}``."""
    detail: dict[str, Any] | None = None
    """What else the log says: ids of the request and the trace, tags, a user's rating, a guard's verdict."""
    log_id: str = ""
    """The log that it came with."""
    placing: Placing = "unplaced"
    scenario_id: str = ""
    """The scenario whose cases are nearest to it; empty unless it is placed."""
    confidence: float | None = None
    """How sure it is that the scenario's behavior is the right one, or that none is: 0 to 1; None: nobody looked."""
    nearest: str = ""
    """The id of the case that is nearest to it."""
    likeness: float | None = None
    """How near that one is: the cosine of their embeddings, -1 to 1."""
    state: TrafficState = "new"

    @property
    def completion(self) -> Completion:
        """The answer, as checks look at it."""
        return Completion(
            self.outcome,
            self.output,
            finish_reason=self.finish_reason,
            usage=self.usage,
            cost_usd=self.cost_usd,
            latency_ms=self.latency_ms,
            error=self.error,
        )


def call_id(served_ms: int, says: bytes) -> str:
    """The id of a logged call: a ULID of when it was answered (milliseconds since 1970) and of `says`, all that tells
    it from others of that time."""
    return ulid_of(served_ms, hashlib.sha256(b"traffic\0" + says).digest()[:10])


class TrafficLog(BaseModel):
    """One log that was brought in: what was read, and what became of it."""

    model_config = ConfigDict(frozen=True)

    id: str
    file: str
    format: str
    sha256: str = ""
    """Of the whole file; empty for stdin."""
    added: str = ""
    """When it was brought in: ISO 8601, UTC."""
    who: str = ""
    read: int = 0
    """Calls in the log: kept + left out + duplicates + wrong."""
    kept: int = 0
    left_out: int = 0
    """Calls that the sampling left out; those that were kept stand for them by their weights."""
    duplicates: int = 0
    wrong: int = 0
    first: str = ""
    """When the earliest of its calls was answered."""
    last: str = ""
    sampling: str = ""
    """The rule, in words; empty: all were kept."""
    masking: tuple[str, ...] = ()
    """The kinds of personal data that were looked for; empty where it was switched off."""
    masked: dict[str, int] = Field(default_factory=dict)
    """How many were masked, by kind, in the calls that were kept."""
    placed_by: str = ""
    """What tells the cases that its calls were placed by (`Placer.fingerprint`); empty: they were not placed."""
