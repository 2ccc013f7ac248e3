"""Gates on regressions: a comparison with a baseline must not find it worse."""

from __future__ import annotations

from synterm.core.gate import Gate
from synterm.evaluate.gates.scope import Found, Scope
from synterm.text import plural


def no_regression(gate: Gate, scope: Scope) -> Found:
    """Whether the comparison's verdict is another than "worse"."""
    against = scope.against
    if against is None:
        name = gate.baseline or "NAME"
        return _open(f"the run was held against nothing: synterm run --baseline {name}")
    if gate.baseline and gate.baseline != against.baseline:
        return _open(f"the run was held against {against.baseline}: synterm run --baseline {gate.baseline}")
    standing = against.standing(scope.path, scope.variant, scope.unknown)
    if standing is None:
        nothing = "none of its cases were compared" if against.knows(scope.variant) else "no variant there is like it"
        return _open(f"{against.baseline} says nothing of it: {nothing}")
    finding = f"{standing.verdict}, against {against.baseline}: {standing.turned}"
    if not standing.firm:
        return Found("open", None, None, finding, f"{_missing(scope.unknown)} could turn it")
    if standing.verdict == "worse":
        return Found("failed", None, None, finding)
    why = "too few cases changed to tell a regression from chance"
    return Found("passed", None, None, finding, why if standing.verdict == "not enough evidence" else None)


def _missing(unknown: int) -> str:
    return f"{plural(unknown, 'verdict')} missing" if unknown else "verdicts missing elsewhere in the run"


def _open(why: str) -> Found:
    return Found("open", None, None, "no comparison", why)
