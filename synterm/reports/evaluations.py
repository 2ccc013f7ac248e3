"""Single evaluations, as a run recorded them, for its report."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from synterm.core.context import Retrieval
from synterm.core.dialog import Transcript, is_dialog, transcript_of
from synterm.core.evaluation import CheckResult, variant_name
from synterm.core.report import CheckReport, DialogReport, EvaluationReport, RetrievedReport, TurnReport
from synterm.core.tree import Tree

if TYPE_CHECKING:
    from synterm.storage.runs import Recorded


Look = Callable[["Recorded"], Retrieval | None]
"""What was found in the documents for an evaluation; None where its prompt takes no context."""

Steady = Callable[[tuple[str, str], str], str | None]
"""How the verdicts of a cell agree, by variant key and case id."""


def evaluation_reports(
    recorded: Iterable[Recorded],
    tree: Tree,
    look: Look = lambda _: None,
    steady: Steady = lambda _key, _case: None,
) -> Iterator[EvaluationReport]:
    """Each evaluation as it stands in the report, one at a time."""
    return (
        evaluation_report(done, tree, look(done), steady((done.body_id, done.model_name), done.case_id))
        for done in recorded
    )


def evaluation_report(
    done: Recorded, tree: Tree, found: Retrieval | None = None, stability: str | None = None
) -> EvaluationReport:
    """One evaluation; `tree` has the path of its scenario, which is empty for one that is no longer there."""
    held = transcript_of(done.text) if is_dialog(done.input) else None
    return EvaluationReport(
        case_id=done.case_id,
        root_id=done.root_id,
        behavior=tree.path(done.scenario_id) if done.scenario_id in tree else "",
        variant=variant_name(done.prompt, done.version, done.model_name),
        repeat=done.repeat,
        input=done.input,
        expected=done.expected,
        output=held.last if held else done.text,
        dialog=_dialog(held) if held else None,
        outcome=done.outcome.value,
        label=done.label,
        passed=done.passed,
        score=done.score,
        checks=[_check(found) for found in done.checks],
        error=done.error,
        hint=done.hint if done.passed is None else None,
        cached=done.cached,
        latency_ms=done.latency_ms,
        cost_usd=done.cost_usd,
        tokens={"prompt": done.usage.prompt, "completion": done.usage.completion},
        retrieved=_retrieved(found),
        stability=stability,
    )


def _dialog(held: Transcript) -> DialogReport:
    return DialogReport(turns=[TurnReport(role=turn.role, content=turn.content) for turn in held.turns], end=held.end)


def _retrieved(found: Retrieval | None) -> list[RetrievedReport] | None:
    if found is None or found.problem:
        return None
    return [RetrievedReport(document=chunk.document, score=chunk.score) for chunk in found.chunks]


def _check(found: CheckResult) -> CheckReport:
    return CheckReport(
        type=found.type,
        passed=found.passed,
        score=found.score,
        reason=found.reason,
        error=found.error,
        judge=found.judge,
        agreed=found.agreed,
        metric=found.metric,
        checks=[_check(part) for part in found.parts],
    )
