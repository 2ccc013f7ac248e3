"""Gates on what answers cost, and on how long they take.

An answer from the cache counts with what it cost, and with the time that it took, when it was made: the same cases
under the same variant give the same figures, however many of the answers were in the project file already. What was
spent on this run alone is another thing, and stands in its totals.
"""

from __future__ import annotations

from math import fsum, inf

from synterm.core.gate import Gate, decimal, dollar_words, time_words
from synterm.evaluate.gates.scope import ROUNDING, Found, Scope, state_of
from synterm.evaluate.statistics import percentile
from synterm.text import plural


def cost_per_case(gate: Gate, scope: Scope) -> Found:
    """Whether the mean cost of an answer is low enough. A cost that is not known is at least nothing."""
    limit = gate.max_cost_usd_per_case or 0.0
    costs = scope.values(scope.column.figures.costs)
    least = fsum(costs) / scope.total if scope.total else 0.0
    mean = fsum(costs) / len(costs) if costs else None
    finding = "no known costs" if mean is None else f"it is {dollar_words(mean)}, of {plural(len(costs), 'answer')}"
    return _cost(limit, least, scope.total - len(costs), mean, finding)


def cost(gate: Gate, scope: Scope) -> Found:
    """Whether all answers together cost little enough."""
    limit = gate.max_cost_usd or 0.0
    costs = scope.values(scope.column.figures.costs)
    spent = fsum(costs)
    finding = f"it is {dollar_words(spent)}, of {plural(len(costs), 'answer')}" if costs else "no known costs"
    return _cost(limit, spent, scope.total - len(costs), spent if costs else None, finding)


def _cost(limit: float, least: float, unknown: int, found: float | None, finding: str) -> Found:
    holds = least <= limit * (1 + ROUNDING)
    why = f"the cost of {plural(unknown, 'answer')} is not known" if unknown else None
    if not holds:
        return Found("failed", limit, found, finding, f"{why}, and counts as nothing" if why else None)
    return Found("open" if why or found is None else "passed", limit, found, finding, why)


def latency(gate: Gate, scope: Scope) -> Found:
    """Whether answers came soon enough. One whose time is not known may have come at once, or never."""
    limit, times = gate.max_latency_ms or 0.0, scope.column.figures.latencies
    known = sorted(scope.values(times, judged=True))
    unknown = max(scope.total - len(known), 0)
    least, most = percentile([0.0] * unknown + known, gate.share), _at_most(known, unknown, gate.share)
    found = percentile(known, gate.share)
    if found is None or least is None:
        return Found("open", limit, None, "no known times", _untimed(unknown))
    finding = f"p{decimal(gate.share * 100)} is {time_words(found)}, of {plural(len(known), 'answer')}"
    state = state_of(holds_at_worst=most <= limit, holds_at_best=least <= limit)
    return Found(state, limit, found, finding, _untimed(unknown) if state == "open" else None)


def _at_most(known: list[float], unknown: int, share: float) -> float:
    """The percentile if all answers of unknown time never came."""
    position = share * (len(known) + unknown - 1)
    above = int(position) + (position > int(position))
    return inf if above >= len(known) else percentile([*known, *[known[-1]] * unknown], share) or 0.0


def _untimed(unknown: int) -> str | None:
    return f"the time of {plural(unknown, 'answer')} is not known" if unknown else None
