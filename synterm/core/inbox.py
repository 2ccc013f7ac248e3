"""What the inbox of traffic shows, as JSON: a contract with whoever reads it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.comparison import Bounds
from synterm.core.traffic import LoggedCall, Placing, TrafficLog, TrafficState

INBOX_SCHEMA = "synterm.inbox/1"
LOW_CONFIDENCE = 0.5
"""Placed with less, a call is more likely to be about another behavior than about this one."""


class InboxGroup(BaseModel):
    """Calls that belong together."""

    calls: int = 0
    """As they were kept."""
    weight: float = 0.0
    """How many calls they stand for."""
    share: float | None = None
    """Of all traffic that the kept calls stand for; None where there is none."""
    share_ci: Bounds | None = None
    """95 %."""
    new: int = 0
    """Nobody said anything of them yet."""
    promoted: int = 0
    dismissed: int = 0


class PlacedGroup(InboxGroup):
    """Calls that were placed."""

    path: str
    confidence: float | None = None
    """The median, 0 to 1, to a hundredth."""
    low: int = 0
    """How many were placed with less than 0.5."""


class InboxScenario(PlacedGroup):
    """Calls whose nearest case stands in one scenario."""

    id: str


class InboxBehavior(PlacedGroup):
    """Calls that are about one behavior."""

    id: str
    """Empty for calls whose scenario is gone."""
    scenarios: list[InboxScenario]
    """The most traffic first."""


class InboxCluster(InboxGroup):
    """Calls that are like each other, and like no case."""

    id: str
    name: str
    examples: list[str]
    """Inputs as texts, the most typical first."""


class CallRow(BaseModel):
    """One call, as lists tell of it."""

    id: str
    served: str
    input: str
    """As one text."""
    output: str
    outcome: str
    model: str
    placing: Placing
    path: str
    """Of the scenario that it is placed in, else empty."""
    confidence: float | None
    state: TrafficState
    weight: float


class InboxReport(BaseModel):
    """Traffic by behavior, what no case covers, and what became of it."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.inbox/1"] = Field(default=INBOX_SCHEMA, alias="schema")
    project: str
    since: str | None = None
    """As it was asked for: only calls from then on."""
    until: str | None = None
    first: str = ""
    """When the earliest of the calls was answered: ISO 8601, UTC."""
    last: str = ""
    all: InboxGroup
    behaviors: list[InboxBehavior]
    """The most traffic first."""
    uncovered: InboxGroup
    clusters: list[InboxCluster]
    """Of what is uncovered, the most traffic first."""
    scattered: InboxGroup | None = None
    """What is uncovered and like too little else to be in a cluster; None where nobody looked for clusters."""
    unplaced: InboxGroup
    logs: list[TrafficLog]
    """The newest first."""
    masked: dict[str, int]
    """How much was masked in what the logs brought, by kind."""
    stale: bool = False
    """Whether calls were placed by other cases than there are now."""
    uncovered_estimate: str = ""
    """How much is uncovered, corrected for what is misplaced, in words; where it was asked for and can be told."""
    notes: list[str] = Field(default_factory=list)
    """What could not be found out, and why."""
    calls: list[CallRow] | None = None
    """Some of them, the newest first, where they were asked for."""


class CallDocument(BaseModel):
    """One call, in full."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.call/1"] = Field(default="synterm.call/1", alias="schema")
    call: LoggedCall
    path: str
    """Of the scenario that it is placed in, else empty."""


class DraftRow(BaseModel):
    """A case that was made of a call."""

    call: str
    case: str
    path: str
    input: str
    """As one text."""
    expected: Any
    how: str
    """Where that comes from, in words."""
    near: str
    """The case that says about the same, where it was asked for all the same."""


class SkippedRow(BaseModel):
    """A call that no case was made of."""

    call: str
    input: str
    why: str
    near: str
    """The id of the case that says about the same, else empty."""


class PromotionReport(BaseModel):
    """Calls that became draft cases, and those that did not."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.promotion/1"] = Field(default="synterm.promotion/1", alias="schema")
    id: str
    written: bool
    """False: it was only looked what would become of them."""
    drafts: list[DraftRow]
    skipped: list[SkippedRow]
    alike: int
    """Calls besides that ask the same as one of these."""
    made: list[str]
    """Paths of scenarios that were made for them."""
