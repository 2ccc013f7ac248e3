"""Gates on the pass rate: as it was found, or on the lower end of its interval."""

from __future__ import annotations

from math import ceil, fsum
from statistics import NormalDist

from synterm.core.gate import Gate, rate_words
from synterm.evaluate.gates.scope import ROUNDING, Found, Scope, state_of
from synterm.evaluate.statistics import wilson
from synterm.text import plural


def pass_rate(gate: Gate, scope: Scope) -> Found:
    """Whether enough passed."""
    limit, tally = gate.min_pass_rate or 0.0, scope.tally
    if scope.sheet.is_weighted:
        return _estimated(limit, scope, bound=bool(gate.bound))
    if gate.bound:
        return _lower_end(limit, scope)
    finding = (
        "no verdicts" if tally.rate is None else f"{rate_words(tally.rate, 1)} pass, {tally.passed} of {tally.judged}"
    )
    return Found(tally.holds(limit, scope.missing), limit, tally.rate, finding)


def _estimated(limit: float, scope: Scope, *, bound: bool) -> Found:
    """Whether enough passed of all that a weighted sample stands for, or the lower end of that rate's interval is high
    enough. What has no verdict could weigh anything, so it leaves the gate open."""
    sheet, column = scope.sheet, scope.column
    rate, bounds = sheet.rate(column, scope.cases), sheet.interval(column, scope.cases)
    found = bounds[0] if bound and bounds else rate
    if found is None:
        return Found("open", limit, None, "no verdicts")
    finding = (
        f"by weights {rate_words(rate or 0.0, 1)} pass, {scope.tally.passed} of {scope.tally.judged} in the sample"
    )
    if bound and bounds:
        finding = f"that goes from {rate_words(bounds[0], 1)} to {rate_words(bounds[1], 1)}: {finding}"
    if scope.unknown:
        return Found("open", limit, found, finding, f"{plural(scope.unknown, 'verdict')} missing")
    return Found("passed" if found >= limit - ROUNDING else "failed", limit, found, finding)


def _lower_end(limit: float, scope: Scope) -> Found:
    """Whether the lower end of Wilson's interval over independent cases reaches the limit.

    Each lineage counts once, with the share of its evaluations that passed. With every error a failure, or a pass, come
    the lowest and the highest end that the verdicts can amount to. Of evaluations that were not made nobody knows which
    lineage they are of: each could begin one, or move the share of one that is there, by a half at most, since that has
    one evaluation at least. Counting both, the ends hold whichever it is: Wilson's lower end rises with each pass, and
    falls with each failure that is added.
    """
    roots, missing = [root for root in scope.shares() if root[1] + root[2]], scope.missing
    count = len(roots)
    worst = fsum(passed / (judged + errors) for passed, judged, errors in roots)
    best = fsum((passed + errors) / (judged + errors) for passed, judged, errors in roots)
    lowest = wilson(max(min(worst, count) - missing / 2, 0.0), count + missing)[0]
    highest = wilson(min(best + missing / 2, count) + missing, count + missing)[0]
    state = state_of(holds_at_worst=lowest >= limit - ROUNDING, holds_at_best=highest >= limit - ROUNDING)
    if not count + missing:
        state = "open"
    bounds = scope.sheet.interval(scope.column, scope.cases)
    return Found(
        state,
        limit,
        bounds[0] if bounds else None,
        _finding(scope, bounds),
        _too_few(limit, count + missing) if state == "failed" else None,
    )


def _finding(scope: Scope, bounds: tuple[float, float] | None) -> str:
    if bounds is None:
        return "no verdicts"
    independent = sum(1 for _, judged, _ in scope.shares() if judged)
    counted = f"{scope.tally.passed} of {scope.tally.judged} pass, {plural(independent, 'independent case')}"
    return f"that goes from {rate_words(bounds[0], 1)} to {rate_words(bounds[1], 1)}: {counted}"


def _too_few(limit: float, count: int) -> str | None:
    """What to do where even as many passes as there are cases would not do: n / (n + z²) is the end then."""
    if wilson(count, count)[0] >= limit:
        return None
    z = NormalDist().inv_cdf(0.975)
    needed = ceil(z * z * limit / (1 - limit))
    return f"{plural(count, 'independent case')} can't show it even if all pass: that takes {needed:,}"
