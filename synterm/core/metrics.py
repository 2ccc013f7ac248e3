"""Metrics of a run, as JSON: of a variant as a whole, of its parts, and of its repeats."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from synterm.core.classification import Classification

Bounds = tuple[float, float]

GroupBy = Literal["scenario", "behavior", "feature", "tag"]
GROUP_BYS: tuple[GroupBy, ...] = ("feature", "behavior", "scenario", "tag")


class Latency(BaseModel):
    """Milliseconds; None without data. Cached answers count with the time they took when they were fresh."""

    p50: float | None = None
    p95: float | None = None


class Metrics(BaseModel):
    """Of some cases under one variant. What stands for a case is the mean of what is known of it."""

    score: float | None = None
    """Mean score of the checks, weighted, 0 to 1."""
    score_ci: Bounds | None = None
    """95 %, over independent cases: repeats and variations of one seed count as one."""
    cost_usd_per_case: float | None = None
    """What an answer costs, from the cache or not; of a dialog both sides'. None while the cost of one is unknown."""
    tokens_per_case: float | None = None
    """Prompt and answer together; of a dialog those of the app's side."""
    turns: float | None = None
    """Answers of a dialog; None without dialogs."""


class GroupReport(Metrics):
    """The cases of a scenario, a behavior, a feature or a tag under one variant."""

    by: GroupBy
    name: str
    """The path in the tree, or the tag."""
    variant: str
    n: int
    """Evaluations with a verdict."""
    passed: int
    errors: int
    pass_rate: float | None
    pass_rate_ci: Bounds | None
    latency_ms: Latency
    classification: Classification | None = None
    flaky_model: int | None = None
    """Cases that different answers make flaky; None where nothing was judged more than once."""
    flaky_judge: int | None = None
    """Cases that the judge makes flaky."""


class RepeatsReport(BaseModel):
    """What repeats say of a variant. A cell is a case under the variant that has at least two verdicts or judgements.

    `cells` = `stable` + `flaky_model` + `flaky_judge` − `flaky_both`.
    """

    k: int
    """How many answers each cell got, at most."""
    judgings: int = 1
    """How often each answer was judged."""
    cells: int
    stable: int
    flaky_model: int
    """Cells in which different answers got different verdicts."""
    flaky_judge: int
    """Cells in which one answer got different verdicts, or its judgements were split."""
    flaky_both: int
    pass_at_k: dict[int, float] = {}
    """By k: the chance that at least one of k answers passes; over the cells that have k verdicts. Empty where answers
    were judged again."""
    pass_hat_k: dict[int, float] = {}
    """By k: the chance that all of k answers pass."""
    intervals: dict[Literal["pass_at_k", "pass_hat_k"], dict[int, Bounds]] = {}
    """95 %, over independent cases."""
    verdicts_differ: float | None = None
    """Two answers to a case: the chance that they get different verdicts."""
    same_answer_differ: float | None = None
    """One answer, judged twice: the chance that the verdicts differ."""
    judge_share: float | None = None
    """How much of the noise is the judge's, 0 to 1: of the chance that verdicts differ, over the cells in which an
    answer was judged twice, the part that is left when the answer is the same."""


class FlakyReport(BaseModel):
    """One case under one variant whose verdict is not steady."""

    case_id: str
    behavior: str
    """The scenario's path; empty when it is no longer there."""
    variant: str
    stability: Literal["flaky:model", "flaky:judge", "flaky:model+judge"]
    n: int
    """Verdicts."""
    passed: int
    answers: int
    """How many different answers there were."""
    input: str
    """How the input begins; empty beyond the first thousand of a variant."""


class StoppedEarly(BaseModel):
    """What stopping early came to. Only the first two repeats count for rates, scores (also of named metrics), judges'
    corrected rates, times and costs of a case."""

    lead: int
    """A cell is settled with so many more verdicts of one kind."""
    rounds: int
    settled: int
    open: int
    """Cells that are not settled: the last repeat was made, or the last ones have no verdict."""
    spared: int
    """Evaluations that were not made, of those that all repeats of all cells would have taken."""
