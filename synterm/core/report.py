"""The report of a run, as JSON: a contract with whoever reads it. ``synterm schema run`` prints its schema."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.classification import Classification
from synterm.core.comparison import CompareReport
from synterm.core.metrics import FlakyReport, GroupReport, Latency, Metrics, RepeatsReport, StoppedEarly
from synterm.core.production import ProductionReport

RUN_SCHEMA = "synterm.run/1"

GateState = Literal["passed", "failed", "open"]
"""``open``: evaluations without a verdict could still decide it either way."""


class Tokens(BaseModel):
    """Token counts as far as providers gave them."""

    prompt: int = 0
    completion: int = 0


class Totals(BaseModel):
    """Counts over the whole run. `evaluations` = `passed` + `failed` + `errors` + `further`."""

    cases: int = 0
    evaluations: int = 0
    passed: int = 0
    failed: int = 0
    errors: int = 0
    """Evaluations without a verdict: they are not failures."""
    further: int = 0
    """Repeats beyond the second of a run that stops early: they tell noise apart, and count for no rate."""
    not_made: int = 0
    """Evaluations that a limit or an interrupt left undone."""
    cached: int = 0
    requests: int = 0
    """Requests that were sent, further attempts included."""
    cost_usd: float = 0.0
    """What the fresh answers cost, as far as it is known."""
    cost_unknown: int = 0
    """Fresh answers whose cost is not known."""
    tokens: Tokens = Tokens()


class MetricReport(BaseModel):
    """The scores of the checks that name a metric."""

    n: int
    """Scores: one for each check that names it and gave a verdict, in each evaluation."""
    mean: float
    pass_rate: float
    """The share of these checks that passed."""
    ci: tuple[float, float]
    """95 % interval of the mean over independent cases: repeats and variations of one seed count as one."""


class CorrectedRate(BaseModel):
    """The share of answers that people would pass, from a judge's pass rate and its errors (Rogan and Gladen)."""

    rate: float
    ci: tuple[float, float]
    """95 % (Lang and Reiczigel), over independent cases; holds that the judge's errors are only estimated, too."""
    check: str
    judge: str
    n: int
    """Answers that people judged, from which its errors are known."""
    judged_rate: float
    """The share that the judge passed."""


class VariantReport(Metrics):
    """One prompt version under one model."""

    name: str
    prompt: str
    prompt_version: str
    model: str
    constrained: bool
    """Whether answers were held to the labels or the schema of a check."""
    n: int
    """Evaluations with a verdict."""
    passed: int
    errors: int
    pass_rate: float | None
    pass_rate_ci: tuple[float, float] | None
    """95 % Wilson interval over independent cases: repeats and variations of one seed count as one."""
    latency_ms: Latency
    cost_usd: float
    classification: Classification | None = None
    repeats: RepeatsReport | None = None
    """None where nothing was judged more than once."""
    metrics: dict[str, MetricReport] = Field(default_factory=dict[str, MetricReport])
    """By the names that checks give as their `metric`."""
    corrected_pass_rate: CorrectedRate | None = None
    """Where a calibrated judge gave verdicts; of several, the one that gave most."""


class GateReport(BaseModel):
    """A gate and whether it holds."""

    kind: str
    """What it is about: ``min_pass_rate`` …"""
    words: str
    """What must hold, for people: "at least 90 % pass"."""
    short: str = ""
    """The same for where there is little room: "≥ 90 %"."""
    limit: float | None = None
    """The figure that it is held to."""
    found: float | None = None
    """The figure that was found; None when there is none."""
    finding: str = ""
    """What was found, for people: "75 % do, 3 of 4"."""
    min_pass_rate: float | None = None
    """The limit of a gate on the pass rate."""
    failing: list[str] = []
    """Ids of the cases that break it, where it is about single cases; at most 200."""
    variant: str = ""
    """The variant, of a gate over the whole run; empty where the row that it stands in says it."""
    state: GateState
    why: str | None = None
    """Why it is open, or what to know of the figure: that a cost is unknown, that there is no comparison …"""
    note: str | None = None
    """`why`, and what to know before one believes it: that it leans on a judge of which too little is known."""

    @property
    def leans_on(self) -> str | None:
        """What the note says of judges."""
        return (self.note or "").removeprefix(self.why or "").removeprefix("; ") or None


class Comparison(BaseModel):
    """How a behavior stands against a baseline; `p_value` over independent cases, `p_adjusted` over all behaviors."""

    baseline: str
    fixed: int
    broken: int
    p_value: float
    p_adjusted: float
    verdict: str
    more_cases_needed: int | None = None
    sizes: tuple[float, float] | None = None
    """Independent data points before and after, where these are not the same cases: nothing is fixed or broken then."""
    rate_before: float | None = None
    """The pass rate over those before; only where they are not the same."""
    rate_after: float | None = None


class BehaviorReport(BaseModel):
    """One node of the tree under one variant."""

    path: str
    level: str
    variant: str
    n: int
    passed: int
    errors: int
    pass_rate: float | None
    pass_rate_ci: tuple[float, float] | None
    gate: GateReport | None = None
    comparison: Comparison | None = None


class CheckReport(BaseModel):
    """What one check found."""

    type: str
    passed: bool | None
    score: float | None
    reason: str
    error: str | None = None
    judge: str | None = None
    """The model that judged and the version of its instructions, where a model did."""
    agreed: float | None = None
    """The share of its judgements that pass, where it gave several that count."""
    metric: str | None = None
    checks: list[CheckReport] = []
    """What the checks of a set found."""


class RetrievedReport(BaseModel):
    """A chunk that the request was given as context."""

    document: str
    score: float


class TurnReport(BaseModel):
    """What one side of a dialog said."""

    role: Literal["user", "assistant"]
    content: str


class DialogReport(BaseModel):
    """A dialog that was held."""

    turns: list[TurnReport]
    end: str
    """Why it ended: goal reached, given up, decided, script ended, no turns left, going in circles, broken off."""


class EvaluationReport(BaseModel):
    """One case under one variant."""

    case_id: str
    root_id: str
    """The case at the start of its lineage: evaluations of one root are not independent."""
    behavior: str
    """The scenario's path; empty when it is no longer there."""
    variant: str
    repeat: int
    input: dict[str, Any]
    expected: Any
    output: str
    """The answer; of a dialog the last one."""
    dialog: DialogReport | None = None
    """The whole dialog, where the case is one."""
    outcome: str
    label: str | None
    passed: bool | None
    score: float | None
    checks: list[CheckReport]
    error: str | None
    hint: str | None = None
    """What to do about the error."""
    cached: bool
    latency_ms: float | None
    cost_usd: float | None
    tokens: dict[str, int | None]
    retrieved: list[RetrievedReport] | None = None
    """What was found for it in the documents, the best first; None where the prompt takes no context."""
    stability: str | None = None
    """How the verdicts on this case under this variant agree: stable, flaky:model, flaky:judge, flaky:model+judge. None
    where nothing was judged more than once."""


class ShardReport(BaseModel):
    """Which share of a run it is. Its gates are those of the whole: ``open`` until the shards are merged, unless they
    can no longer hold, or no longer fail."""

    index: int
    """From 1."""
    of: int
    cases: int
    """Cases of all shares."""


class RunReport(BaseModel):
    """All of a run but its single evaluations."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.run/1"] = Field(default=RUN_SCHEMA, alias="schema")
    run_id: str
    project: str
    exit_code: int
    wall_s: float
    halted: str | None = None
    """Why the run ended before its end, if it did."""
    shard: ShardReport | None = None
    """Where it is a share of a run."""
    totals: Totals
    variants: list[VariantReport]
    behaviors: list[BehaviorReport]
    gates: list[GateReport] = []
    """Gates over the whole run, each for every variant: `--min-pass-rate`, and the project's own."""
    flaky: list[FlakyReport] = []
    """The cells whose verdict is not steady, the worst first; at most 200."""
    stopped_early: StoppedEarly | None = None
    comparison: CompareReport | None = None
    """Against the baseline, or whatever the run was to be held against."""
    production: ProductionReport | None = None
    """Where it judged production's traffic: its cases are logged calls then, and `cached` counts them. Of a weighted
    sample each pass rate is an estimate of all traffic, and no longer `passed` of `n`."""
    groups: list[GroupReport] = []
    """By scenario, behavior, feature and tag (at most the 200 most frequent): only where they were asked for."""


# What stands in the file. It is never held whole: see `synterm.reports.json.write_run`.
class RunDocument(RunReport):
    """All of a run."""

    model_config = ConfigDict(title="RunReport")

    evaluations: list[EvaluationReport]
