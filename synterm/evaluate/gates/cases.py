"""Gates on single cases: none of them may fail."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.core.gate import ALL, Gate
from synterm.evaluate.gates.scope import Found, Scope
from synterm.evaluate.sheet import MOST_TAGS
from synterm.text import plural

_MOST = 200
"""So many failing cases are named."""


def must_pass(gate: Gate, scope: Scope) -> Found:
    """Whether none of the named cases failed, in any of its repeats."""
    if gate.must_pass == ALL or gate.must_pass is None:
        return _none_fails(scope, scope.cases, scope.missing)
    found, absent = _named(gate.must_pass, scope)
    return _none_fails(scope, found, len(absent), "; ".join(absent))


def must_pass_tag(gate: Gate, scope: Scope) -> Found:
    """Whether no case with the tag failed."""
    tag, tags = gate.must_pass_tag or "", scope.sheet.by_tag
    inside = set(scope.cases)
    cases = [case for case in tags.get(tag, ()) if case in inside]
    if not cases and not scope.missing:
        many = tag not in tags and len(tags) >= MOST_TAGS
        why = "there are more tags than are counted" if many else "no case of this run has the tag"
        return Found("open", 0, None, "no cases", why)
    # Any case that was not evaluated might have it.
    return _none_fails(scope, cases, scope.missing)


def _none_fails(scope: Scope, cases: Sequence[int], absent: int, why: str = "") -> Found:
    column, names = scope.column, scope.sheet.names()
    failing = [case for case in cases if column.passed[case] < column.judged[case]]
    waiting = [case for case in cases if column.judged[case] < max(scope.sheet.repeating.each, 1)]
    finding = f"{len(failing)} of {plural(len(cases), 'case')} fail{'s' if len(failing) == 1 else ''}"
    shown = tuple(names[case] for case in failing[:_MOST])
    if failing:
        return Found("failed", 0, len(failing), finding, why or None, shown)
    if waiting or absent or not cases:
        silent = f"{plural(len(waiting), 'case')} without a verdict" if waiting else ""
        left = f"{plural(absent, 'evaluation')} not made" if absent and not why else ""
        return Found("open", 0, 0, finding, "; ".join(part for part in (silent, left, why) if part) or "no cases")
    return Found("passed", 0, 0, finding)


def _named(wanted: Sequence[str], scope: Scope) -> tuple[list[int], list[str]]:
    """The numbers of the cases with these ids, or whose ids end so; and what is wrong with the others."""
    names = scope.sheet.names()
    exact = {names[case]: case for case in scope.cases}
    endings: dict[int, dict[str, list[int]]] = {}
    found: dict[int, None] = {}
    absent: list[str] = []
    for name in wanted:
        size = len(name)
        if size not in endings:
            of_size = endings[size] = dict[str, list[int]]()
            for case in scope.cases:
                of_size.setdefault(names[case][-size:].upper(), []).append(case)
        matches = [exact[name]] if name in exact else endings[size].get(name.upper(), [])
        if len(matches) == 1:
            found[matches[0]] = None
        else:
            absent.append(f"{name} ends the id of {len(matches)} cases" if matches else f"{name} is not in this run")
    return list(found), absent
