"""From a gate and what it looks at to its report."""

from __future__ import annotations

from collections.abc import Callable

from synterm.core.gate import Gate, Kind
from synterm.core.report import GateReport
from synterm.evaluate.gates.cases import must_pass, must_pass_tag
from synterm.evaluate.gates.means import metric, score
from synterm.evaluate.gates.rates import pass_rate
from synterm.evaluate.gates.regression import no_regression
from synterm.evaluate.gates.scope import Found, Scope
from synterm.evaluate.gates.spending import cost, cost_per_case, latency
from synterm.evaluate.review.calibration import Calibrations
from synterm.evaluate.review.judges import gate_note

_DECIDING: dict[Kind, Callable[[Gate, Scope], Found]] = {
    "min_pass_rate": pass_rate,
    "no_regression": no_regression,
    "max_cost_usd_per_case": cost_per_case,
    "max_cost_usd": cost,
    "max_latency_ms": latency,
    "must_pass": must_pass,
    "must_pass_tag": must_pass_tag,
    "min_score": score,
    "min_metric": metric,
}
_UNJUDGED: tuple[Kind, ...] = ("max_cost_usd_per_case", "max_cost_usd", "max_latency_ms")
"""What no judge has a say in."""


def decide(gate: Gate, scope: Scope, known: Calibrations | None = None) -> GateReport:
    """Whether a gate holds. `known`: what is known of the judges that gave verdicts."""
    found = _DECIDING[gate.kind](gate, scope)
    checks = [check for _, checks in scope.scenarios for check in checks]
    leans = None if gate.kind in _UNJUDGED else gate_note(scope.column, scope.cases, checks, known)
    return GateReport(
        kind=gate.kind,
        words=gate.words,
        short=gate.short,
        limit=found.limit,
        found=found.found,
        finding=found.finding,
        min_pass_rate=gate.min_pass_rate,
        failing=list(found.failing),
        variant="" if scope.path else scope.variant,
        state=found.state,
        why=found.why,
        note="; ".join(part for part in (found.why, leans) if part) or None,
    )
