"""From evaluations to the report of a run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from synterm.core.classification import Classification, classify
from synterm.core.completion import Outcome
from synterm.core.evaluation import CheckResult, Evaluation, Variant
from synterm.core.report import (
    BehaviorReport,
    CheckReport,
    EvaluationReport,
    GateReport,
    Latency,
    RunReport,
    Tokens,
    Totals,
    VariantReport,
)
from synterm.core.tree import Gate, Node, Tree
from synterm.errors import ExitCode
from synterm.evaluate.events import Halted
from synterm.evaluate.tally import Tally


# Without a repr of all that it holds: `asyncio.run` makes the repr of what it returns, for nothing.
@dataclass(slots=True, repr=False)
class RunResult:
    """What a run gathered."""

    tree: Tree
    variants: Sequence[Variant]
    evaluations: list[Evaluation] = field(default_factory=list[Evaluation])
    planned: int = 0
    """How many evaluations the run was to make."""
    planned_in: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many of them each variant was to make in each scenario, by scenario id; empty when that is not known."""
    halted: Halted | None = None
    wall_s: float = 0.0
    fail_on: frozenset[str] = frozenset(("gate", "regression", "error"))
    min_pass_rate: float | None = None
    labels: Sequence[str] = ()

    @property
    def not_made(self) -> int:
        """Evaluations that were planned and not made."""
        return max(self.planned - len(self.evaluations), 0)

    def missing(self, tally: Tally, scenarios: Iterable[Node]) -> int:
        """How many of a variant's evaluations in `scenarios` were not made, given those that were: at most so many."""
        if not self.not_made or not self.planned_in:
            return self.not_made
        planned = sum(self.planned_in.get(scenario.id, 0) for scenario in scenarios)
        return max(planned - tally.judged - tally.errors, 0)


def build_report(result: RunResult, *, run_id: str, project: str) -> RunReport:
    """The report of a run, with the exit code that it leads to."""
    columns = _columns(result)
    variants = [_variant(variant, made, result.labels) for variant, made in columns]
    behaviors = [row for variant, made in columns for row in _behaviors(result, variant, made)]
    gates = _run_gates(result, columns)
    return RunReport(
        run_id=run_id,
        project=project,
        exit_code=_exit_code(result, [*gates, *(row.gate for row in behaviors if row.gate)]),
        wall_s=round(result.wall_s, 3),
        halted=result.halted.reason if result.halted else None,
        totals=_totals(result),
        variants=variants,
        behaviors=behaviors,
        gates=gates,
        evaluations=[_evaluation(evaluation, result.tree) for evaluation in result.evaluations],
    )


def classification_of(evaluations: Iterable[Evaluation], labels: Sequence[str] = ()) -> Classification | None:
    """Classification metrics of the evaluations that a label check judged; None when there are none."""
    checks = (check for evaluation in evaluations for check in evaluation.checks if check.type == "label")
    return classify(((check.expected_label, check.label) for check in checks if check.expected_label), labels)


def _columns(result: RunResult) -> list[tuple[Variant, list[Evaluation]]]:
    made: dict[tuple[str, str], list[Evaluation]] = {variant.key: [] for variant in result.variants}
    for evaluation in result.evaluations:
        made.setdefault(evaluation.task.variant.key, []).append(evaluation)
    return [(variant, made[variant.key]) for variant in result.variants]


def _tally(evaluations: Iterable[Evaluation]) -> Tally:
    tally = Tally()
    for evaluation in evaluations:
        tally.add(evaluation)
    return tally


def _variant(variant: Variant, evaluations: list[Evaluation], labels: Sequence[str]) -> VariantReport:
    tally = _tally(evaluations)
    times = [done.completion.latency_ms for done in evaluations if done.completion.latency_ms is not None]
    return VariantReport(
        name=variant.name,
        prompt=variant.prompt,
        prompt_version=variant.version,
        model=variant.model.name,
        constrained=variant.model.constrained,
        n=tally.judged,
        passed=tally.passed,
        errors=tally.errors,
        pass_rate=tally.rate,
        pass_rate_ci=tally.interval,
        latency_ms=Latency(p50=percentile(times, 0.5), p95=percentile(times, 0.95)),
        cost_usd=sum(done.completion.cost_usd or 0.0 for done in evaluations if not done.completion.cached),
        classification=classification_of(evaluations, labels),
    )


def _behaviors(result: RunResult, variant: Variant, evaluations: Iterable[Evaluation]) -> Iterable[BehaviorReport]:
    """Rows for each behavior, and for each feature and scenario that has gates of its own."""
    by_node: dict[str, Tally] = {}
    for evaluation in evaluations:
        for node in result.tree.lineage(evaluation.task.case.scenario_id):
            by_node.setdefault(node.id, Tally()).add(evaluation)
    for node in result.tree.walk():
        if node.id in by_node and (node.level == "behavior" or node.gates):
            yield from _rows(result, node, variant, by_node[node.id])


def _rows(result: RunResult, node: Node, variant: Variant, tally: Tally) -> Iterable[BehaviorReport]:
    gates: list[Gate | None] = list(node.gates) or [None]
    for gate in gates:
        yield BehaviorReport(
            path=result.tree.path(node.id),
            level=node.level,
            variant=variant.name,
            n=tally.judged,
            passed=tally.passed,
            errors=tally.errors,
            pass_rate=tally.rate,
            pass_rate_ci=tally.interval,
            gate=_gate(gate, tally, result, result.tree.scenarios(node.id)) if gate else None,
        )


def _gate(gate: Gate, tally: Tally, result: RunResult, scenarios: Iterable[Node]) -> GateReport:
    return GateReport(min_pass_rate=gate.min_pass_rate, state=tally.gate(gate, result.missing(tally, scenarios)))


def _run_gates(result: RunResult, columns: Iterable[tuple[Variant, list[Evaluation]]]) -> list[GateReport]:
    if result.min_pass_rate is None:
        return []
    gate = Gate(min_pass_rate=result.min_pass_rate)
    scenarios = result.tree.scenarios()
    return [_gate(gate, _tally(made), result, scenarios) for _, made in columns]


def _exit_code(result: RunResult, gates: Iterable[GateReport]) -> ExitCode:
    states = {gate.state for gate in gates}
    errors = any(evaluation.passed is None for evaluation in result.evaluations)
    if "gate" in result.fail_on and "failed" in states:
        return ExitCode.GATE_FAILED
    if result.halted or result.not_made or ("error" in result.fail_on and errors):
        return ExitCode.INCOMPLETE
    if "gate" in result.fail_on and "open" in states:
        return ExitCode.INCOMPLETE
    return ExitCode.OK


def _totals(result: RunResult) -> Totals:
    tally = _tally(result.evaluations)
    fresh = [done.completion for done in result.evaluations if not done.completion.cached]
    sent = [completion for completion in fresh if completion.outcome is not Outcome.NOT_SENT]
    return Totals(
        cases=len({done.task.case.id for done in result.evaluations}),
        evaluations=len(result.evaluations),
        passed=tally.passed,
        failed=tally.failed,
        errors=tally.errors,
        not_made=result.not_made,
        cached=len(result.evaluations) - len(fresh),
        requests=len(sent),
        cost_usd=sum(completion.cost_usd or 0.0 for completion in sent),
        cost_unknown=sum(completion.cost_usd is None for completion in sent),
        tokens=Tokens(
            prompt=sum(completion.usage.prompt or 0 for completion in sent),
            completion=sum(completion.usage.completion or 0 for completion in sent),
        ),
    )


def _evaluation(done: Evaluation, tree: Tree) -> EvaluationReport:
    task, completion = done.task, done.completion
    return EvaluationReport(
        case_id=task.case.id,
        root_id=task.case.root_id,
        behavior=tree.path(task.case.scenario_id),
        variant=task.variant.name,
        repeat=task.repeat,
        input=task.case.input,
        expected=task.case.expected,
        output=completion.text,
        outcome=completion.outcome.value,
        label=done.label,
        passed=done.passed,
        score=done.score,
        checks=[_check(check) for check in done.checks],
        error=done.error,
        hint=completion.hint if done.passed is None else None,
        cached=completion.cached,
        latency_ms=completion.latency_ms,
        cost_usd=completion.cost_usd,
        tokens={"prompt": completion.usage.prompt, "completion": completion.usage.completion},
    )


def _check(found: CheckResult) -> CheckReport:
    return CheckReport(type=found.type, passed=found.passed, score=found.score, reason=found.reason, error=found.error)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` (0 to 1) of the values do not exceed; None without values."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]
