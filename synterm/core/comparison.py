"""Two variants held against each other on the same cases, as JSON: a contract with whoever reads it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

COMPARE_SCHEMA = "synterm.compare/1"

Verdict = Literal["better", "worse", "no difference found", "not enough evidence"]
Bounds = tuple[float, float]


class PassComparison(BaseModel):
    """Pass or fail of the cases that both sides have a verdict on."""

    compared: int
    """Cases that both sides judged."""
    roots: int
    """Independent lineages among them: variations of a seed count as one."""
    fixed: int
    """Cases that came out better."""
    broken: int
    """Cases that came out worse."""
    roots_up: int
    """Lineages that came out better on the mean of their cases: what the p-value counts."""
    roots_down: int
    """Lineages that came out worse."""
    rate_before: float | None
    """The mean share of passes over roots, 0 to 1; None when nothing was compared."""
    rate_after: float | None
    difference: float | None
    """`rate_after` − `rate_before`."""
    difference_ci: Bounds | None
    """95 %, over roots."""
    p_value: float
    """Exact McNemar over roots that changed; 1 when none did."""
    p_adjusted: float
    """After Benjamini and Hochberg's correction over the behaviors of this comparison; of the whole, the same."""
    verdict: Verdict
    """By `p_adjusted`."""
    more_cases_needed: int | None = None
    """About how many more independent cases would tell, where these do not; None where that can't be said."""
    detectable: float | None = None
    """The smallest difference of rates that so many roots would show four times out of five; None without any."""
    sizes: tuple[float, float] | None = None
    """Independent data points before and after, where these are not the same cases: production's calls against a
    baseline's cases. Fisher's exact test stands in place of McNemar's then, nothing is fixed or broken, and `compared`
    counts what was judged after. Of a weighted sample the number that would tell as much without weights."""

    @property
    def test(self) -> str:
        """What the p-value is of, in words."""
        return "exact McNemar" if self.sizes is None else "Fisher's exact test"

    @property
    def turned(self) -> str:
        """``5 fixed, 2 broken``; where there are no pairs, of how many independent data points the rates are."""
        if self.sizes is None:
            return f"{self.fixed} fixed, {self.broken} broken"
        before, after = (f"{size:,.0f}" for size in self.sizes)
        rates = ("–" if rate is None else f"{rate * 100:.0f} %" for rate in (self.rate_before, self.rate_after))
        return f"{next(rates)} of {before} before, {next(rates)} of {after} now"


class ScoreComparison(BaseModel):
    """The mean scores of the cases that both sides gave one."""

    compared: int
    roots: int
    mean_before: float
    mean_after: float
    difference: float
    difference_ci: Bounds | None
    """95 %, paired bootstrap over roots; None for fewer than two."""
    p_value: float
    p_adjusted: float
    verdict: Verdict


class PartComparison(BaseModel):
    """One behavior of the tree, or the whole; or another part that has a gate on regressions."""

    path: str
    """The part's path; empty for the whole."""
    passes: PassComparison
    scores: ScoreComparison | None = None
    """None where no case has a score on both sides."""


class SideOfCase(BaseModel):
    """What one side says of a case; of repeats, the first that did not pass, or else the first."""

    passed: bool | None
    """None: no verdict, which is an error and no failure."""
    rate: float | None
    """The share of its repeats that passed."""
    score: float | None
    output: str
    reason: str
    """Why it did not pass, or why there is no verdict; empty where it passed."""


class ChangedCase(BaseModel):
    """A case that came out better or worse."""

    case_id: str
    """As the later side calls it."""
    path: str
    """The scenario's path; empty when it is no longer in the tree."""
    input: dict[str, Any]
    expected: Any
    before: SideOfCase
    after: SideOfCase


class UnpairedCase(BaseModel):
    """A case that was not compared."""

    case_id: str
    path: str
    input: dict[str, Any]
    why: Literal["only before", "only after", "no verdict before", "no verdict after", "no verdict"]


class VariantComparison(BaseModel):
    """One variant before against one after."""

    before: str
    """The variant's name."""
    after: str
    whole: PartComparison
    behaviors: list[PartComparison]
    """In the order of the tree; only those with compared cases."""
    gated: list[PartComparison] = []
    """The parts of other levels that have a gate on regressions, as far as cases of theirs were compared: passes and
    failures only, and each a question of its own, whose p-value is not adjusted."""
    fixed: list[ChangedCase]
    """At most 200 stand in each list; the counts in `whole` are of all. First those of behaviors that came out better
    or worse as a whole, within them the largest changes."""
    broken: list[ChangedCase]
    unpaired: list[UnpairedCase]
    unpaired_counts: dict[str, int] = Field(default_factory=dict[str, int])
    """How many there are of each `why`."""


class Side(BaseModel):
    """What is compared: a recorded run, whole or one of its variants."""

    name: str
    """As it was asked for: a baseline's name, a run's id, a prompt version …"""
    project: str
    run_id: str | None
    started: str | None = None
    git_commit: str | None = None


class CompareReport(BaseModel):
    """The later side against the earlier one."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.compare/1"] = Field(default=COMPARE_SCHEMA, alias="schema")
    before: Side
    after: Side
    comparisons: list[VariantComparison]
    """One for each pair of variants: of the same prompt and model."""
    variants_unpaired: list[str] = []
    """Variants of the later side that nothing of the earlier one stands against."""
    notes: list[str] = []
    """What to know before one believes it: that a check changed, that a side is incomplete …"""
