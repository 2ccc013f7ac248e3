"""A sheet says the same as all evaluations counted one by one, in little memory."""

from __future__ import annotations

import gc
import random
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import fsum

from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.classification import classify
from synterm.core.completion import Completion, Outcome, Usage
from synterm.core.evaluation import CheckResult, Evaluation, Task
from synterm.core.metrics import GroupReport
from synterm.core.report import VariantReport
from synterm.core.tree import Tree
from synterm.evaluate.report import RunResult, build_report
from synterm.evaluate.statistics import mcnemar_exact, percentile, wilson
from synterm.reports.changes import change
from tests.evaluate.letters import BEHAVIOR, COLUMN, NODES, OTHER, SCENARIO, THERE
from tests.evaluate.stage import variant

VARIANTS = (variant("one"), variant("two", version="v2"), variant("one", model="other"))
LABELS = ("a", "b")
# Roots that are cases of the run, and one that is none; cases 0 and 1 stand on their own.
ROOTS = ("case 0", "case 1", "case 0", "elsewhere", "elsewhere", "case 1")
CASES = tuple(
    Case(
        id=f"case {number}",
        scenario_id=(SCENARIO, THERE)[number % 2].id,
        input={"message": "m"},
        expected=LABELS[number % 2],
        root_id=root,
    )
    for number, root in enumerate(ROOTS)
)


def _completions() -> st.SearchStrategy[Completion]:
    counts = st.none() | st.integers(0, 1000)
    return st.builds(
        Completion,
        st.sampled_from((Outcome.COMPLETE, Outcome.TRUNCATED, Outcome.NOT_SENT)),
        usage=st.builds(Usage, counts, counts),
        # Eighths add up without rounding.
        cost_usd=st.none() | st.integers(0, 80).map(lambda eighths: eighths / 8),
        latency_ms=st.none() | st.floats(0, 1e6),
        cached=st.booleans(),
        attempts=st.integers(1, 3),
    )


@st.composite
def _evaluations(draw: st.DrawFn) -> Evaluation:
    task = Task(draw(st.sampled_from(CASES)), draw(st.sampled_from(VARIANTS)), draw(st.integers(0, 2)))
    passed = draw(st.none() | st.booleans())
    read = draw(st.sampled_from((None, *LABELS, "c")))
    labelled = CheckResult("label", passed, 0.0, "", label=read, expected_label=str(task.case.expected))
    checks = draw(st.sampled_from(((), (labelled,), (CheckResult.abstain("label", "no label"),))))
    return Evaluation(task, draw(_completions()), checks, passed, None if passed is None else float(passed))


def _result(made: Iterable[Evaluation]) -> RunResult:
    result = RunResult(Tree(NODES), VARIANTS, labels=LABELS)
    for evaluation in made:
        result.add(evaluation)
    return result


def _groups(made: Iterable[Evaluation], key: Callable[[Case], str]) -> dict[str, list[bool]]:
    verdicts: defaultdict[str, list[bool]] = defaultdict(list)
    for done in made:
        if done.passed is not None:
            verdicts[key(done.task.case)].append(done.passed)
    return verdicts


def _interval(made: Iterable[Evaluation]) -> tuple[float, float] | None:
    groups = _groups(made, lambda case: case.root_id)
    return wilson(fsum(sum(group) / len(group) for group in groups.values()), len(groups)) if groups else None


def _figures(made: Sequence[Evaluation]) -> tuple[object, ...]:
    verdicts = [done.passed for done in made]
    judged = [verdict for verdict in verdicts if verdict is not None]
    rate = sum(judged) / len(judged) if judged else None
    return len(judged), sum(judged), verdicts.count(None), rate, _interval(made)


def _totals_are_those_of_the_evaluations(made: list[Evaluation]) -> None:
    totals = build_report(_result(made), run_id="", project="").totals
    sent = [
        done.completion for done in made if not done.completion.cached and done.completion.outcome != Outcome.NOT_SENT
    ]
    assert totals.cases == len({done.task.case.id for done in made})
    assert (totals.evaluations, totals.passed) == (len(made), sum(done.passed is True for done in made))
    assert totals.failed == sum(done.passed is False for done in made)
    assert totals.errors == sum(done.passed is None for done in made)
    assert totals.cached == sum(done.completion.cached for done in made)
    assert totals.requests == sum(completion.attempts for completion in sent)
    assert totals.cost_usd == sum(completion.cost_usd or 0 for completion in sent)
    assert totals.cost_unknown == sum(completion.cost_usd is None for completion in sent)
    assert totals.tokens.prompt == sum(completion.usage.prompt or 0 for completion in sent)
    assert totals.tokens.completion == sum(completion.usage.completion or 0 for completion in sent)


def _each_variant_has_the_figures_of_its_evaluations(made: list[Evaluation]) -> None:
    rows = build_report(_result(made), run_id="", project="").variants
    for column, row in zip(VARIANTS, rows, strict=True):
        mine = [done for done in made if done.task.variant.key == column.key]
        assert (row.n, row.passed, row.errors, row.pass_rate, row.pass_rate_ci) == _figures(mine)
        times = [done.completion.latency_ms for done in mine if done.completion.latency_ms is not None]
        assert (row.latency_ms.p50, row.latency_ms.p95) == (percentile(times, 0.5), percentile(times, 0.95))
        assert row.cost_usd == sum(done.completion.cost_usd or 0 for done in mine if not done.completion.cached)
        pairs = [(check.expected_label, check.label) for done in mine for check in done.checks if check.expected_label]
        assert row.classification == classify(pairs, LABELS)


def _each_behavior_has_the_figures_of_its_evaluations(made: list[Evaluation]) -> None:
    rows = {(row.path, row.variant): row for row in build_report(_result(made), run_id="", project="").behaviors}
    for node, scenario in ((BEHAVIOR, SCENARIO), (OTHER, THERE)):
        for column in VARIANTS:
            mine = [
                done
                for done in made
                if done.task.variant.key == column.key and done.task.case.scenario_id == scenario.id
            ]
            row = rows.pop((f"Routing/{node.name}", column.name), None)
            assert (row is not None) == bool(mine)
            if row:
                assert (row.n, row.passed, row.errors, row.pass_rate, row.pass_rate_ci) == _figures(mine)
    assert rows == {}


def _what_changed_is_what_the_evaluations_say(made: list[Evaluation]) -> None:
    found = change(_result(made).sheet, VARIANTS[0], VARIANTS[1])
    old, new = ([done for done in made if done.task.variant.key == column.key] for column in VARIANTS[:2])

    def turned(key: Callable[[Case], str]) -> tuple[set[str], set[str]]:
        before, after = _groups(old, key), _groups(new, key)
        steps = {
            name: Fraction(sum(after[name]), len(after[name])) - Fraction(sum(group), len(group))
            for name, group in before.items()
            if name in after
        }
        return {name for name, step in steps.items() if step > 0}, {name for name, step in steps.items() if step < 0}

    fixed, broken = turned(lambda case: case.id)
    up, down = turned(lambda case: case.root_id)
    assert (set(found.fixed), set(found.broken)) == (fixed, broken)
    assert (len(found.fixed), len(found.broken)) == (len(fixed), len(broken))
    assert (found.changed_roots, found.p_value) == (len(up) + len(down), mcnemar_exact(len(up), len(down)))


@given(st.lists(_evaluations(), max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_the_answers_changes_no_figure(made: list[Evaluation], chance: random.Random) -> None:
    shuffled = list(made)
    chance.shuffle(shuffled)
    one, other = (build_report(_result(order), run_id="", project="") for order in (made, shuffled))
    assert one == other


def _reasons_and_failures_are_those_of_the_evaluations(made: list[Evaluation]) -> None:
    sheet = _result(made).sheet
    reasons = [(done.error, done.completion.hint or "") for done in made if done.passed is None]
    assert sorted(sheet.reasons.counts.elements()) == sorted(reasons)
    last = [done for done in made if done.passed is False and done.task.variant.key == VARIANTS[-1].key]
    assert [failure.case_id for failure in sheet.failures] == [done.task.case.id for done in last]


@given(st.lists(_evaluations(), max_size=60))
def test_every_figure_is_that_of_the_evaluations(made: list[Evaluation]) -> None:
    """All of them for the same evaluations: to draw these takes longer than to count them."""
    _totals_are_those_of_the_evaluations(made)
    _each_variant_has_the_figures_of_its_evaluations(made)
    _each_behavior_has_the_figures_of_its_evaluations(made)
    _what_changed_is_what_the_evaluations_say(made)
    _reasons_and_failures_are_those_of_the_evaluations(made)


def _failing(count: int) -> Iterator[Evaluation]:
    """Evaluations of a case each, of which nobody else holds anything; each scores lower than those before."""
    check = CheckResult("label", False, 0.0, "a, expected b", label="a", expected_label="b")
    for number in range(count):
        case = Case(scenario_id=SCENARIO.id, input={"message": f"message {number}"}, expected="b")
        answer = Completion(Outcome.COMPLETE, f"answer {number}", latency_ms=number / 7, cost_usd=number / 3)
        yield Evaluation(Task(case, COLUMN), answer, (check,), passed=False, score=(count - number) / count)


def test_of_many_failures_those_with_the_lowest_scores_are_kept() -> None:
    result = RunResult(Tree(NODES), [COLUMN])
    for evaluation in _failing(1000):
        result.add(evaluation)
    kept = sorted(failure.score for failure in result.sheet.failures)
    assert len(kept) < 400
    assert kept[:200] == [number / 1000 for number in range(1, 201)]


def test_twenty_thousand_evaluations_take_less_than_200_bytes_each() -> None:
    result = RunResult(Tree(NODES), [COLUMN])
    gc.collect()
    tracemalloc.start()
    try:
        for evaluation in _failing(20_000):
            result.add(evaluation)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result.made == 20_000
    assert held / result.made < 200


TAGGED = tuple(
    case.model_copy(update={"tags": tags})
    for case, tags in zip(CASES, (("x",), ("x", "y"), (), ("y",), ("x",), ()), strict=True)
)


@given(st.lists(_evaluations(), max_size=40))
def test_the_metrics_of_parts_are_those_of_their_evaluations_alone(made: list[Evaluation]) -> None:
    """Each part against a run of nothing but its evaluations."""
    tagged = {case.id: case for case in TAGGED}
    made = [replace(one, task=replace(one.task, case=tagged[one.task.case.id])) for one in made]
    report = build_report(_result(made), run_id="r", project="p", groups=True)
    tree = Tree(NODES)
    for group in report.groups:
        chosen = [
            one
            for one in made
            if one.task.variant.name == group.variant
            and (
                group.name in one.task.case.tags
                if group.by == "tag"
                else f"{tree.path(one.task.case.scenario_id)}/".startswith(f"{group.name}/")
            )
        ]
        alone = build_report(_result(chosen), run_id="r", project="p")
        [whole] = [variant for variant in alone.variants if variant.name == group.variant]
        names = set(GroupReport.model_fields) & set(VariantReport.model_fields) - {"name"}
        for name in names:
            assert getattr(group, name) == getattr(whole, name), name
    kinds = {(group.by, group.name) for group in report.groups}
    assert {name for by, name in kinds if by == "tag"} == {tag for one in made for tag in one.task.case.tags}
    assert ("feature", "Routing") in kinds or not made


def test_the_most_frequent_tags_are_reported_and_no_more_than_200() -> None:
    result = RunResult(Tree(NODES), [COLUMN])
    for number in range(300):
        case = Case(scenario_id=SCENARIO.id, input={"message": "m"}, tags=("all", f"tag {number:03}"))
        result.add(Evaluation(Task(case, COLUMN), Completion(Outcome.COMPLETE, "x"), (), True, 1.0))
    tags = [
        group.name for group in build_report(result, run_id="r", project="p", groups=True).groups if group.by == "tag"
    ]
    assert tags == ["all", *(f"tag {number:03}" for number in range(199))]
