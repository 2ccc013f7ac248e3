"""From the verdicts of a run to its report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synterm.core.classification import classify
from synterm.core.comparison import CompareReport
from synterm.core.evaluation import Evaluation, Variant
from synterm.core.gate import Gate
from synterm.core.report import (
    BehaviorReport,
    GateReport,
    MetricReport,
    RunReport,
    Tokens,
    Totals,
    VariantReport,
)
from synterm.core.tree import Node, Tree
from synterm.errors import ExitCode
from synterm.evaluate.column import Column
from synterm.evaluate.events import Halted
from synterm.evaluate.gates.against import Against
from synterm.evaluate.gates.decide import decide
from synterm.evaluate.gates.scope import Scope
from synterm.evaluate.groups import group_reports, latency, metrics
from synterm.evaluate.repeating import ONCE, Repeating
from synterm.evaluate.retriever import Retriever
from synterm.evaluate.review.calibration import Calibrations
from synterm.evaluate.review.judges import corrected_pass_rate
from synterm.evaluate.sheet import Sheet
from synterm.evaluate.steadiness import Steadiness
from synterm.evaluate.tally import Tally


# Without a repr of all that it holds: `asyncio.run` makes the repr of what it returns, for nothing.
@dataclass(slots=True, repr=False)
class RunResult:
    """What a run gathered."""

    tree: Tree
    variants: Sequence[Variant]
    planned: int = 0
    """How many evaluations the run was to make."""
    planned_in: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many of them each variant was to make in each scenario, by scenario id; empty when that is not known."""
    halted: Halted | None = None
    wall_s: float = 0.0
    fail_on: frozenset[str] = frozenset(("gate", "regression", "error"))
    min_pass_rate: float | None = None
    gates: Sequence[Gate] = ()
    """The project's own, over all that was evaluated."""
