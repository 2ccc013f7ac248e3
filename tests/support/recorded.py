"""Evaluations as a run recorded them."""

from __future__ import annotations

from synterm.core.evaluation import Evaluation
from synterm.storage.recorded import Recorded


def recorded(done: Evaluation) -> Recorded:
    """What the project file holds of an evaluation."""
    case, variant, completion = done.task.case, done.task.variant, done.completion
    return Recorded(
        case_id=case.id,
        root_id=case.root_id,
        scenario_id=case.scenario_id,
        input=case.input,
        expected=case.expected,
        prompt=variant.prompt,
        version=variant.version,
        body_id=variant.body.id,
        model_name=variant.model.name,
        repeat=done.task.repeat,
        outcome=completion.outcome,
        text=completion.text,
        checks=done.checks,
        passed=done.passed,
        score=done.score,
        label=done.label,
        error=done.error,
        hint=completion.hint,
        cached=completion.cached,
        latency_ms=completion.latency_ms,
        cost_usd=completion.cost_usd,
        usage=completion.usage,
        stored=completion.stored,
    )
