"""Reports of evaluations that are written as letters: p passed, f failed, ? no verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.evaluation import CheckResult, Evaluation, Task
from synterm.core.gate import Gate
from synterm.core.report import BehaviorReport, RunReport
from synterm.core.tree import Node, Tree
from synterm.evaluate.events import Halted
from synterm.evaluate.report import RunResult, build_report
from tests.evaluate.stage import variant

FEATURE = Node(level="feature", name="Routing")
BEHAVIOR = Node(level="behavior", name="Declines", parent_id=FEATURE.id)
OTHER = Node(level="behavior", name="Routes", parent_id=FEATURE.id)
SCENARIO = Node(level="scenario", name="off-topic", parent_id=BEHAVIOR.id)
THERE = Node(level="scenario", name="plain", parent_id=OTHER.id)
NODES = (FEATURE, BEHAVIOR, OTHER, SCENARIO, THERE)
COLUMN = variant()
HALTED = Halted("the time limit is reached", "raise it", 0)


def evaluation(letter: str, *, scenario: Node = SCENARIO, root: str = "", **changed: Any) -> Evaluation:
    """p passed, f failed, ? no verdict."""
    case = Case(scenario_id=scenario.id, input={"message": letter}, root_id=root)
    task = Task(case, changed.pop("column", COLUMN), changed.pop("repeat", 0))
    if letter == "?":
        return Evaluation(task, replace(failed_call(Outcome.TIMED_OUT, "no answer", "try later"), **changed))
    completion = replace(Completion(Outcome.COMPLETE, letter, latency_ms=10.0, cost_usd=0.0), **changed)
    check = CheckResult("contains", letter == "p", float(letter == "p"), "it does" if letter == "p" else "it doesn't")
    return Evaluation(task, completion, (check,), letter == "p", check.score)


def report_of(
    made: str | Sequence[Evaluation],
    *,
    gates: dict[str, float] | None = None,
    planned: int | None = None,
    **changed: Any,
) -> RunReport:
    """The report of evaluations, or of letters; `gates` by the name of a node."""
    rates = gates or {}
    nodes = [
        node.model_copy(update={"gates": (Gate(min_pass_rate=rates[node.name]),)}) if node.name in rates else node
        for node in NODES
    ]
    evaluations = [evaluation(letter) for letter in made] if isinstance(made, str) else list(made)
    columns = list({done.task.variant.key: done.task.variant for done in evaluations}.values()) or [COLUMN]
    result = RunResult(Tree(nodes), columns, len(evaluations) if planned is None else planned, **changed)
    for done in evaluations:
        result.add(done)
    return build_report(result, run_id="run", project="a project")


def row(report: RunReport, path: str) -> BehaviorReport:
    [found] = [row for row in report.behaviors if row.path == path]
    return found
