"""From the verdicts of a run to its report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synterm.core.classification import classify
from synterm.core.comparison import CompareReport
from synterm.core.evaluation import Evaluation, Variant
from synterm.core.gate import Gate
from synterm.core.production import ProductionReport
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
from synterm.evaluate.compare.outcome import insufficient, regressions
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
    elsewhere_in: Mapping[str, int] = field(default_factory=dict[str, int])
    """How many each variant gets from the other shards of its run, by scenario id; empty where it is the whole run."""
    halted: Halted | None = None
    wall_s: float = 0.0
    fail_on: frozenset[str] = frozenset(("gate", "regression", "error"))
    min_pass_rate: float | None = None
    base: frozenset[tuple[str, str]] = frozenset()
    """Variants, by key, that the others are held against: no gate is about them."""
    gates: Sequence[Gate] = ()
    """The project's own, over all that was evaluated."""
    labels: Sequence[str] = ()
    repeating: Repeating = ONCE
    rounds: int = 0
    """How many rounds were made: more than one where a run stops early."""
    calibrations: Calibrations | None = None
    """What is known of the judges that gave verdicts; None where none did."""
    retriever: Retriever = field(default_factory=Retriever)
    """What looked into the documents for it."""
    production: ProductionReport | None = None
    """Which calls they are, where it judged production's traffic."""
    sheet: Sheet = field(init=False)

    def __post_init__(self) -> None:
        self.sheet = Sheet(self.variants, self.repeating, logged=self.production is not None)

    def add(self, evaluation: Evaluation) -> None:
        """Count one evaluation; it is not kept."""
        self.sheet.add(evaluation)

    @property
    def made(self) -> int:
        """Evaluations that were made."""
        return self.sheet.made

    @property
    def not_made(self) -> int:
        """Evaluations that were planned and not made."""
        return max(self.planned - self.made, 0)

    @property
    def summary(self) -> dict[str, Any]:
        """What the history of runs keeps of it."""
        tally = self.sheet.tally()
        return {
            "evaluations": self.made,
            "passed": tally.passed,
            "failed": tally.failed,
            "errors": tally.errors,
            "not_made": self.not_made,
            **({"rounds": self.rounds} if self.repeating.stop_early else {}),
            "wall_s": round(self.wall_s, 3),
            "cost_usd": self.sheet.cost_usd,
            "variants": [self._variant_summary(variant) for variant in self.variants],
        }

    def _variant_summary(self, variant: Variant) -> dict[str, Any]:
        column, cases = self.sheet.column(variant), self.sheet.cases()
        tally = column.tally(cases)
        return {
            "name": variant.name,
            "passed": tally.passed,
            "judged": tally.judged,
            **({"rate": self.sheet.rate(column, cases)} if self.sheet.is_weighted else {}),
            "interval": self.sheet.interval(column, cases),
        }

    def missing(self, tally: Tally, scenarios: Iterable[Node]) -> int:
        """How many of a variant's evaluations in `scenarios` were not made, given those that were: at most so many.

        Those that other shards make are among them: a gate holds or fails for all shards together.
        """
        scenarios = list(scenarios)
        elsewhere = sum(self.elsewhere_in.get(scenario.id, 0) for scenario in scenarios)
        if not self.not_made or not self.planned_in:
            return self.not_made + elsewhere
        planned = sum(self.planned_in.get(scenario.id, 0) for scenario in scenarios)
        return max(planned - tally.made, 0) + elsewhere


def build_report(
    result: RunResult,
    *,
    run_id: str,
    project: str,
    groups: bool = False,
    comparison: CompareReport | None = None,
) -> RunReport:
    """The report of a run, with the exit code that it leads to.

    `groups`: with the metrics of its parts; `comparison`: how it stands against a baseline, the run as the later side.
    """
    totals = _totals(result)
    steadiness = Steadiness(result.sheet, result.tree)
    against = _against(result, comparison) if comparison else None
    behaviors = [row for variant in result.variants for row in _behaviors(result, variant, against)]
    gates = list(_run_gates(result, against))
    states = [gate.state for gate in (*gates, *(row.gate for row in behaviors)) if gate]
    return RunReport(
        run_id=run_id,
        project=project,
        exit_code=_exit_code(result, states, comparison, errors=totals.errors > len(result.sheet.lost)),
        wall_s=round(result.wall_s, 3),
        halted=result.halted.reason if result.halted else None,
        totals=totals,
        variants=[_variant(result, variant, steadiness) for variant in result.variants],
        behaviors=behaviors,
        gates=gates,
        flaky=steadiness.flaky(),
        comparison=comparison,
        production=result.production,
        stopped_early=steadiness.stopped_early(result.rounds, result.not_made),
        groups=group_reports(result.sheet, result.tree, result.labels, steadiness) if groups else [],
    )


def _totals(result: RunResult) -> Totals:
    sheet, tally = result.sheet, result.sheet.tally()
    return Totals(
        cases=len(sheet.cases()),
        evaluations=sheet.made,
        passed=tally.passed,
        failed=tally.failed,
        errors=tally.errors,
        further=sheet.further,
        not_made=result.not_made,
        cached=sheet.cached,
        requests=sheet.requests,
        cost_usd=sheet.cost_usd,
        cost_unknown=sheet.cost_unknown,
        tokens=Tokens(prompt=sheet.prompt_tokens, completion=sheet.completion_tokens),
    )


def _variant(result: RunResult, variant: Variant, steadiness: Steadiness) -> VariantReport:
    column, cases = result.sheet.column(variant), result.sheet.cases()
    tally = column.tally(cases)
    return VariantReport(
        name=variant.name,
        prompt=variant.prompt,
        prompt_version=variant.version,
        model=variant.model.name,
        constrained=variant.model.constrained,
        n=tally.judged,
        passed=tally.passed,
        errors=tally.errors,
        pass_rate=result.sheet.rate(column, cases),
        pass_rate_ci=result.sheet.interval(column, cases),
        latency_ms=latency(column.figures.latencies),
        cost_usd=column.cost_usd,
        classification=classify(column.labels().elements(), result.labels),
        repeats=steadiness.report(variant),
        metrics=_named_metrics(result, column),
        corrected_pass_rate=corrected_pass_rate(column, result.sheet.roots, result.calibrations),
        **metrics(result.sheet, column.figures, tally.judged),
    )


def _named_metrics(result: RunResult, column: Column) -> dict[str, MetricReport]:
    found: dict[str, MetricReport] = {}
    for name, scores in sorted(column.metrics.items()):
        mean, interval = scores.mean, scores.interval(result.sheet.roots)
        if mean is not None and interval is not None:
            found[name] = MetricReport(n=scores.n, mean=mean, pass_rate=scores.passed / scores.n, ci=interval)
    return found


def _against(result: RunResult, comparison: CompareReport) -> Against:
    nodes = [node for node in result.tree.walk() if node.level == "behavior"]
    behaviors = [result.tree.path(node.id) for node in nodes if _takes_part(result, node)]
    errors = result.sheet.tally().errors - len(result.sheet.lost)
    complete = not (result.not_made or result.elsewhere_in or errors)
    return Against(comparison, behaviors, complete=complete)


def _takes_part(result: RunResult, node: Node) -> bool:
    """Whether cases of the node are in the run, or could be among those that are missing."""
    scenarios = result.tree.scenarios(node.id)
    return bool(result.sheet.cases(scenario.id for scenario in scenarios) or result.missing(Tally(), scenarios))


def _behaviors(result: RunResult, variant: Variant, against: Against | None) -> Iterator[BehaviorReport]:
    """Rows for each behavior, and for each feature and scenario that has gates of its own."""
    for node in result.tree.walk():
        if node.level == "behavior" or node.gates:
            yield from _rows(result, node, variant, against)


def _rows(result: RunResult, node: Node, variant: Variant, against: Against | None) -> Iterator[BehaviorReport]:
    scope = _scope(result, variant, node, against)
    tally = scope.tally
    # Where a run was cut short before it came to a gate, the gate is open: it must not vanish.
    scenarios = result.tree.scenarios(node.id)
    planned = node.gates and result.not_made and any(result.planned_in.get(scenario.id) for scenario in scenarios)
    if not tally.made and not scope.lost and not planned:
        return
    interval = result.sheet.interval(scope.column, scope.cases)
    gates: list[Gate | None] = [] if variant.key in result.base else [*node.gates]
    gates = gates or [None]
    for gate in gates:
        yield BehaviorReport(
            path=scope.path,
            level=node.level,
            variant=variant.name,
            n=tally.judged,
            passed=tally.passed,
            errors=tally.errors + scope.lost,
            pass_rate=result.sheet.rate(scope.column, scope.cases),
            pass_rate_ci=interval,
            gate=decide(gate, scope, result.calibrations) if gate else None,
            comparison=against.row(scope.path, variant.name) if against else None,
        )


def _run_gates(result: RunResult, against: Against | None) -> Iterator[GateReport]:
    asked = [] if result.min_pass_rate is None else [Gate(min_pass_rate=result.min_pass_rate)]
    gates = [*asked, *result.gates]
    own = [variant for variant in result.variants if gates and variant.key not in result.base]
    scopes = [_scope(result, variant, None, against) for variant in own]
    for gate in gates:
        yield from (decide(gate, scope, result.calibrations) for scope in scopes)


def _scope(result: RunResult, variant: Variant, node: Node | None, against: Against | None) -> Scope:
    """What the gates of a node look at; those of the project for None."""
    tree, sheet, column = result.tree, result.sheet, result.sheet.column(variant)
    scenarios = tree.scenarios(node.id if node else None)
    every = sheet.cases(scenario.id for scenario in scenarios)
    # No gate waits for the verdict on a call that was never answered.
    cases = [case for case in every if case not in sheet.lost] if sheet.lost else every
    tally = column.tally(cases)
    return Scope(
        path=tree.path(node.id) if node else "",
        variant=variant.name,
        sheet=sheet,
        column=column,
        cases=cases,
        tally=tally,
        missing=result.missing(tally, scenarios),
        lost=column.tally(every).errors - tally.errors,
        scenarios=[(scenario, tree.checks(scenario.id)) for scenario in scenarios],
        against=against,
    )


def _exit_code(result: RunResult, states: Sequence[str], comparison: CompareReport | None, *, errors: bool) -> ExitCode:
    if "gate" in result.fail_on and "failed" in states:
        return ExitCode.GATE_FAILED
    # What a share of the cases shows of a difference, the whole may not.
    compared = None if result.elsewhere_in else comparison
    if "regression" in result.fail_on and compared and regressions(compared):
        return ExitCode.GATE_FAILED
    if result.halted or result.not_made or ("error" in result.fail_on and errors):
        return ExitCode.INCOMPLETE
    # What a shard leaves open, the others decide.
    if "gate" in result.fail_on and "open" in states and not result.elsewhere_in:
        return ExitCode.INCOMPLETE
    if "insufficient" in result.fail_on and compared and insufficient(compared):
        return ExitCode.INSUFFICIENT
    return ExitCode.OK
