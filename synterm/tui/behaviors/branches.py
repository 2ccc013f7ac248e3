"""What each node of the behavior tree amounts to: counted once per update, from the scenarios up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from synterm.core.gate import ALL, Gate
from synterm.core.tree import Node, Tree
from synterm.evaluate.tally import Tally
from synterm.tui.board.column import Counts
from synterm.tui.titles import earlier_rate, rate_text

if TYPE_CHECKING:
    from synterm.core.report import GateState

THIN = 5
"""A scenario with fewer lineages of cases than this says little about its behavior."""
RUNS = 8
"""How many recorded runs a trend shows."""

Trend = list[tuple[int, int]]
"""Passed and judged in each run, the oldest first."""
_BARS = "▁▂▃▄▅▆▇█"


@dataclass(slots=True)
class Branch:
    """A node with all below it."""

    level: str
    counts: Counts = field(default_factory=Counts)
    before: Counts = field(default_factory=Counts)
    """The verdicts on the text before."""
    total: int = 0
    """Cases in scope."""
    fixed: int = 0
    broken: int = 0
    scenarios: int = 0
    thin: int = 0
    """Scenarios of them with fewer than `THIN` lineages."""
    gates: tuple[GateState | None, ...] = ()
    """Of the node itself; None for a gate that only a run decides."""
    inner: str = ""
    """The badges of all nodes below."""
    trend: Trend = field(default_factory=Trend)

    @property
    def badges(self) -> str:
        """``▼`` more broken than fixed, ``✗`` a gate fails, ``◌`` a scenario with thin coverage."""
        regressed = "▼" if self.broken > self.fixed else ""
        return regressed + ("✗" if "failed" in self.gates else "") + ("◌" if self.is_thin else "")

    @property
    def all_badges(self) -> str:
        """Its badges, and those of all that stands below it."""
        own = self.badges
        return "".join(mark for mark in "▼✗◌" if mark in own or mark in self.inner)

    @property
    def is_thin(self) -> bool:
        """Whether it is a scenario with few independent cases."""
        return self.level == "scenario" and self.thin > 0

    @property
    def rate(self) -> str:
        """``9/12`` for a scenario that is judged, else ``75%``, or a range while verdicts are missing; ``75%·`` while
        there are none yet, of the text before."""
        if self.is_stale:
            return earlier_rate(self.before)
        if self.level == "scenario" and self.counts.judged == self.total > 0:
            return f"{self.counts.passed}/{self.total}"
        return rate_text(self.counts, self.total)

    @property
    def is_stale(self) -> bool:
        """Whether only the rate of the text before is known."""
        return not self.counts.judged and self.total > 0

    @property
    def sparkline(self) -> str:
        """One mark for each recorded run, the last one on the right."""
        return sparkline(self.trend)

    def add(self, other: Branch) -> None:
        """Count in what stands in a node below."""
        self.counts.add(other.counts)
        self.before.add(other.before)
        self.total += other.total
        self.fixed += other.fixed
        self.broken += other.broken
        self.scenarios += other.scenarios
        self.thin += other.thin
        for badge in other.inner + other.badges:
            if badge not in self.inner:
                self.inner += badge


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of scenarios, by scenario id."""

    counts: Mapping[str, Counts] = field(default_factory=dict[str, Counts])
    """Fresh verdicts."""
    totals: Mapping[str, int] = field(default_factory=dict[str, int])
    """Cases in scope."""
    flips: Mapping[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])
    """Fixed and broken cases against the reference column."""
    roots: Mapping[str, int] | None = None
    """Lineages of cases; None while that is not known."""
    before: Mapping[str, Counts] = field(default_factory=dict[str, Counts])
    """Verdicts on the text before."""
    verdict: Callable[[str], bool | None] | None = None
    """The fresh verdict on a case, by its id; None where there is none."""


def branches(tree: Tree, figures: Figures, trends: Mapping[str, Trend]) -> dict[str | None, Branch]:
    """Every node's branch by node id; the whole tree under None. `trends` is what `join_trends` gave for all nodes."""
    found: dict[str | None, Branch] = {None: Branch("", trend=trends.get("", []))}
    nodes = list(tree.walk())
    for node in nodes:
        found[node.id] = _own(node, figures) if node.level == "scenario" else Branch(node.level)
        found[node.id].trend = trends.get(node.id, [])
    for node in reversed(nodes):
        branch = found[node.id]
        if node.gates:
            branch.gates = tuple(_live(gate, branch, figures) for gate in node.gates)
        found[node.parent_id].add(branch)
    return found


def join_trends(tree: Tree, trends: Mapping[str, Sequence[tuple[int, int]]]) -> dict[str, Trend]:
    """The trend of each node from those of the scenarios, run by run, the last run on the right; of all under ""."""
    joined: dict[str, Trend] = {}
    for scenario in tree.scenarios():
        own = list(trends.get(scenario.id, ()))[-RUNS:]
        for place in ("", *(node.id for node in tree.lineage(scenario.id))):
            joined[place] = _sum(joined.get(place, []), own)
    return joined


def sparkline(trend: Sequence[tuple[int, int]]) -> str:
    """A mark from ``▁`` (none passed) to ``█`` (all) for each run; a blank for a run that judged nothing."""
    return "".join(_bar(passed, judged) for passed, judged in trend)


def _bar(passed: int, judged: int) -> str:
    return _BARS[min(passed * len(_BARS) // judged, len(_BARS) - 1)] if judged else " "


def _sum(one: Trend, other: Trend) -> Trend:
    size = max(len(one), len(other))
    padded = ([(0, 0)] * (size - len(trend)) + trend for trend in (one, other))
    return [(a + c, b + d) for (a, b), (c, d) in zip(*padded, strict=True)]


def _own(node: Node, figures: Figures) -> Branch:
    counts = Counts()
    if node.id in figures.counts:
        counts.add(figures.counts[node.id])
    before = Counts()
    if node.id in figures.before:
        before.add(figures.before[node.id])
    fixed, broken = figures.flips.get(node.id, (0, 0))
    thin = figures.roots is not None and figures.roots.get(node.id, 0) < THIN
    total = figures.totals.get(node.id, 0)
    return Branch(node.level, counts, before, total, fixed, broken, scenarios=1, thin=int(thin))


def _live(gate: Gate, branch: Branch, figures: Figures) -> GateState | None:
    """Whether a gate holds by the verdicts that are there; None for one that needs more than verdicts, or all ids."""
    if gate.kind == "min_pass_rate" and not gate.bound:
        return _tally(branch).holds(gate.min_pass_rate or 0.0, _missing(branch))
    if gate.must_pass == ALL:
        if branch.counts.failed:
            return "failed"
        return "passed" if branch.total and branch.counts.passed >= branch.total else "open"
    if gate.must_pass and figures.verdict:
        verdicts = [figures.verdict(case_id) for case_id in gate.must_pass]
        if False in verdicts:
            return "failed"
        # An ending of an id names no case here.
        return None if None in verdicts else "passed"
    return None


def _tally(branch: Branch) -> Tally:
    return Tally(branch.counts.passed, branch.counts.failed, branch.counts.errors)


def _missing(branch: Branch) -> int:
    return max(branch.total - branch.counts.fresh, 0)
