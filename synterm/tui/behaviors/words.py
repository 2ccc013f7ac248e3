"""A node of the behavior tree in words, for its tooltip."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from synterm.core.tree import Node
from synterm.text import one_line, plural, printable
from synterm.tui.behaviors.branches import THIN, Branch

LEGEND = "▼ more broken than fixed · ✗ a gate fails · ◌ few independent cases"
_STATES = {"passed": "holds", "failed": "fails", "open": "not decided yet"}


def branch_words(node: Node | None, branch: Branch) -> Content:
    """Name, description, verdicts, gates, flips, coverage, one a line, each with its badge."""
    name = "All behaviors" if node is None else one_line(node.name, 60)
    parts = [Content.styled(name, "bold")]
    if node is not None and node.description:
        parts.append(Content(one_line(node.description, 300)))
    parts.extend(Content(printable(line)) for line in _lines(node, branch))
    return Content("\n").join(parts)


def _lines(node: Node | None, branch: Branch) -> Iterator[str]:
    counts = branch.counts
    missing = branch.total - counts.judged
    yield f"{counts.passed} of {branch.total} passed" + (f", {missing} without verdict" if missing > 0 else "")
    for gate, state in zip(node.gates if node else (), branch.gates, strict=False):
        mark = "✗ " if state == "failed" else ""
        passed = f"{counts.passed} of {branch.total} passed, " if gate.min_pass_rate is not None and state else ""
        yield f"{mark}gate {gate.short}: {passed}{_STATES[state] if state else 'a run decides it'}"
    if branch.fixed or branch.broken:
        mark = "▼ " if branch.broken > branch.fixed else ""
        yield f"{mark}against the version before: {branch.fixed} fixed, {branch.broken} broken"
    if branch.is_thin:
        yield f"◌ fewer than {THIN} cases that were not made from each other"
    elif branch.thin:
        yield f"◌ {branch.thin} of {plural(branch.scenarios, 'scenario')} with fewer than {THIN} independent cases"
    if branch.trend:
        yield f"the last {plural(len(branch.trend), 'run')}: {branch.sparkline}"
