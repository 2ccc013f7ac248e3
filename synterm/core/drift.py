"""Drift of production traffic and of its pass rate, as JSON: a contract with whoever reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DRIFT_SCHEMA = "synterm.drift/1"

AlarmKind = Literal[
    "input mix", "uncovered", "length", "language", "meaning", "pass rate", "errors", "latency", "new failures"
]
AlarmState = Literal["alarm", "better", "no change found", "not enough evidence"]
"""``better``: as sure as an alarm, but a change for the good."""
Bounds = tuple[float, float]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class DriftRate(_Frozen):
    """A share of calls, with what is known about it."""

    rate: float
    """0 to 1, over different inputs, each by what it stands for."""
    ci: Bounds
    """95 %, by the effective number of independent calls."""
    n: float
    """That number: different inputs, fewer where they do not stand for equally many calls."""


class DriftPart(_Frozen):
    """The calls of one behavior in one window, or all of them."""

    behavior: str
    """The path of the behavior; empty for all calls, those that are uncovered or not placed among them."""
    calls: int
    """Calls that were kept."""
    stands_for: float
    """Calls that these stand for by their weights."""
    inputs: int
    """Different inputs among them: the very same asked again counts once wherever something is tested."""
    share: float | None
    """Of all calls that were looked at for a behavior, by weights; None where none was, and for the whole."""
    share_ci: Bounds | None
    passed: int
    """Calls that passed, of those `judged`."""
    judged: int
    pass_rate: DriftRate | None
    """None where nothing was judged."""
    errors: DriftRate | None
    """Of calls that got no answer."""
    latency_ms: float | None
    """The median over inputs; None where the log does not tell."""
    length: float
    """Characters of an input on average."""


class DriftWindow(_Frozen):
    """The calls of some time."""

    name: str
    """``2026-11-28``, ``2026-W48``, ``3`` for the third lot of equal size; of a reference, what it is called."""
    since: str
    """Its calls were answered at this time or later: ISO 8601, UTC; empty for the calls of a run, and for cases."""
    until: str
    """They were answered before it; empty where it is the last one of equal lots."""
    is_complete: bool
    """Whether no further call can fall into it."""
    whole: DriftPart
    uncovered: DriftPart
    unplaced: int
    """Calls that nobody looked for a behavior for."""
    behaviors: tuple[DriftPart, ...]
    """In the order of the tree; behaviors without calls are left out."""
    languages: dict[str, float] | None = None
    """The shares of languages in a sample of the inputs; None where they were not told."""


class DriftReference(_Frozen):
    """What the calls are held against."""

    kind: Literal["window", "baseline", "cases"]
    name: str
    words: str
    """What it is, in words: "the first window, 2026-11-01"."""
    inputs: DriftWindow | None
    """The calls (or cases) whose mix, length and meaning count; None where the reference has none."""
    pass_rates: dict[str, DriftRate] = Field(default_factory=dict)
    """By the behavior's path; of all under the empty one."""


class DriftAlarm(_Frozen):
    """What was tested of one kind for one behavior, and what came of it."""

    kind: AlarmKind
    behavior: str
    """Empty for all calls."""
    state: AlarmState
    is_up: bool
    """Whether it went up, as far as it shows."""
    before: DriftRate | None
    after: DriftRate | None
    """Since the change, where there is one, else in the last window. Both None where no rate tells of it."""
    difference_ci: Bounds | None = None
    """95 % for `after` − `before`, by Newcombe's method; for this look alone."""
    since: str = ""
    """The window in which the change most likely began; empty where there is none."""
    p_value: float
    """Of "nothing has changed", valid however often one looked before."""
    p_adjusted: float
    """After Benjamini and Hochberg's correction over all behaviors and kinds of this look."""
    sure: str
    """How sure it is, in words."""
    words: str
    """All of it in a sentence."""
    next: str = ""
    """What to do about it: a command, or in words."""
    more_calls: int | None = None
    """About how many further calls would tell, where there is not enough evidence; None where that can't be said."""
    examples: tuple[str, ...] = ()
    """Inputs that show it, where some do."""
    moved: tuple[str, ...] = ()
    """The behaviors that moved most, where the whole did: "Routing/Billing (energy distance 0.21)"."""


class FailureExample(_Frozen):
    """One logged call that fails."""

    call_id: str
    input: str
    got: str
    reason: str


class NewFailureType(_Frozen):
    """Failing calls that are alike, and like no failure that was known before."""

    cluster: str
    """The id of the cluster, as Distill has it."""
    name: str
    hypothesis: str
    calls: int
    inputs: int
    """Different inputs among them."""
    share: float
    """Of all calls that the run judged, by what they stand for."""
    behaviors: dict[str, int]
    """Calls by the behavior's path."""
    examples: tuple[FailureExample, ...]
    call_ids: tuple[str, ...]
    """All of them, the most typical first."""
    kept: bool = False
    """Whether it was handed over to Distill."""


class DriftReport(BaseModel):
    """Traffic over time, and what is to be said about it."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.drift/1"] = Field(default=DRIFT_SCHEMA, alias="schema")
    project: str
    by: str
    """``day``, ``week``, or how many calls a window has."""
    look: int
    """How many windows came after the reference."""
    windows: tuple[DriftWindow, ...]
    """The oldest first, without the reference where that is one of them."""
    reference: DriftReference | None
    """None where there is nothing to hold anything against."""
    findings: tuple[DriftAlarm, ...] = ()
    """All that was tested: alarms first, the surest first."""
    new_failures: tuple[NewFailureType, ...] = ()
    failures_run: str = ""
    """The run whose failing calls were looked at; empty where there is none."""
    notes: tuple[str, ...] = ()
    """What could not be looked at, and why."""

    @property
    def alarms(self) -> list[DriftAlarm]:
        """What is alarming, the surest first."""
        return [one for one in self.findings if one.state == "alarm"]
