"""Repeats held against each other: through whom a cell is flaky, and how much of the noise is whose."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.case import Case
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult, Evaluation, Task
from synterm.core.tree import Tree
from synterm.evaluate.noise import Cell, Noise
from synterm.evaluate.repeating import LEAD, Repeating
from synterm.evaluate.report import RunResult, build_report
from synterm.evaluate.steadiness import judge_share
from tests.evaluate.letters import COLUMN, NODES, SCENARIO

Verdict = tuple[str, bool]
"""An answer, and whether it passed."""

CASE = Case(id="a case", scenario_id=SCENARIO.id, input={"message": "hello"})


def evaluation(
    answer: str,
    passed: bool | None,
    repeat: int,
    *,
    agreed: float | None = None,
    made: int | None = None,
    case: Case = CASE,
) -> Evaluation:
    check = CheckResult("llm-rubric", passed, None if passed is None else float(passed), "", agreed=agreed)
    completion = Completion(Outcome.COMPLETE, answer, "stop")
    return Evaluation(Task(case, COLUMN, repeat, answer=made), completion, (check,), passed, check.score)


def cell(verdicts: Iterable[Verdict]) -> Cell:
    noise = Noise()
    for repeat, (answer, passed) in enumerate(verdicts):
        noise.add(0, evaluation(answer, passed, repeat))
    [found] = noise.cells()
    return found


@pytest.mark.parametrize(
    ("verdicts", "stability"),
    [
        ("ap ap ap", "stable"),
        ("ap bp cp", "stable"),
        ("af bf", "stable"),
        ("ap", "stable"),
        ("ap bf", "flaky:model"),
        ("ap ap bf bf", "flaky:model"),
        ("ap af", "flaky:judge"),
        ("ap af bp", "flaky:judge"),
        ("ap af bf", "flaky:judge"),
        ("ap ap af bf", "flaky:model+judge"),
        ("ap bf bp bf", "flaky:model+judge"),
    ],
)
def test_a_cell_is_flaky_through_the_model_or_the_judge(verdicts: str, stability: str) -> None:
    assert cell((word[0], word[1] == "p") for word in verdicts.split()).stability == stability


def test_answers_are_the_same_that_differ_in_what_no_reader_sees() -> None:
    assert cell([("yes", True), ("yes \n", False)]).stability == "flaky:judge"
    assert cell([("yes", True), ("Yes", False)]).stability == "flaky:model"


def test_judgements_that_are_split_make_a_cell_flaky_though_its_verdict_is_steady() -> None:
    noise = Noise()
    noise.add(0, evaluation("yes", True, 0, agreed=2 / 3))
    noise.add(1, evaluation("yes", True, 0, agreed=1.0))
    assert [(found.stability, found.unsteadiness) for found in noise.cells()] == [("flaky:judge", 0), ("stable", 0)]
    assert noise.heads == {0: "hello"}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=9))
def test_pairs_are_counted_as_one_by_one(verdicts: list[Verdict]) -> None:
    found = cell(verdicts)
    pairs = list(combinations(verdicts, 2))
    same = [pair for pair in pairs if pair[0][0] == pair[1][0]]
    for share, counted in ((found.differ, pairs), (found.same_differ, same)):
        expected = sum(one[1] is not two[1] for one, two in counted) / len(counted) if counted else None
        assert share == (None if expected is None else pytest.approx(expected))
    assert (found.n, found.passed) == (len(verdicts), sum(passed for _, passed in verdicts))
    assert found.answers == len({answer for answer, _ in verdicts})
    assert found.judge == any(one[1] is not two[1] for one, two in same)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), min_size=1, max_size=9), st.randoms())
def test_the_order_in_which_they_came_makes_no_difference(verdicts: list[Verdict], source: random.Random) -> None:
    shuffled = list(verdicts)
    source.shuffle(shuffled)
    assert cell(shuffled) == cell(verdicts)


def _drawn(source: random.Random, answers: int, judgings: int, good: float, wavers: float) -> Cell:
    """A cell whose answers are good so often, judged by one who is wrong so often."""
    noise = Noise()
    for made in range(answers):
        right = source.random() < good
        for judging in range(judgings):
            passed = right if source.random() >= wavers else not right
            repeat = made * judgings + judging
            noise.add(0, evaluation(f"answer {made}", passed, repeat, made=made))
    [found] = noise.cells()
    return found


@pytest.mark.parametrize(("good", "wavers"), [(0.5, 0.1), (0.8, 0.05), (0.9, 0.2), (0.7, 0.0), (1.0, 0.2)])
def test_the_share_of_the_judge_is_the_part_of_the_variance_that_is_within_answers(good: float, wavers: float) -> None:
    source = random.Random(f"{good} {wavers}")
    found = judge_share([_drawn(source, 4, 3, good, wavers) for _ in range(1500)])
    passes = good * (1 - wavers) + (1 - good) * wavers
    within = wavers * (1 - wavers)
    assert found == pytest.approx(within / (passes * (1 - passes)), abs=0.03)


def test_without_noise_nobody_has_a_share_of_it() -> None:
    assert judge_share([cell([("a", True), ("a", True)])]) is None
    assert judge_share([cell([("a", True), ("b", False)])]) is None


def _report(letters: Sequence[str], how: Repeating) -> RunResult:
    """A run whose cases have these verdicts, a letter for each repeat."""
    result = RunResult(Tree(NODES), [COLUMN], repeating=how)
    for number, verdicts in enumerate(letters):
        case = CASE.model_copy(update={"id": f"case {number}", "root_id": f"root {number // 2}"})
        for repeat, letter in enumerate(verdicts):
            passed = None if letter == "?" else letter == "p"
            result.add(evaluation(f"{letter}{repeat}", passed, repeat, case=case))
    return result


def test_a_report_counts_cells_and_names_the_worst_first() -> None:
    result = _report(["pppp", "ppff", "pppf", "ffff", "pf??", "????"], Repeating(4))
    report = build_report(result, run_id="r", project="p", groups=True)
    repeats = report.variants[0].repeats
    assert repeats
    assert (repeats.k, repeats.cells, repeats.stable, repeats.flaky_model, repeats.flaky_judge) == (4, 5, 2, 3, 0)
    assert [(flaky.case_id, flaky.passed, flaky.n) for flaky in report.flaky] == [
        ("case 1", 2, 4),
        ("case 4", 1, 2),
        ("case 2", 3, 4),
    ]
    assert [flaky.input for flaky in report.flaky] == ["hello"] * 3
    # Over the cells with four verdicts: 1, any of 4; C(4,2)/C(4,2), C(2,2)/6, C(3,2)/6, 0; and the one with two: 0.
    assert repeats.pass_at_k[4] == pytest.approx(3 / 4)
    assert repeats.pass_hat_k[2] == pytest.approx((1 + 1 / 6 + 3 / 6 + 0 + 0) / 5)
    assert repeats.pass_hat_k[4] == pytest.approx(1 / 4)
    low, high = repeats.intervals["pass_hat_k"][2]
    assert low < repeats.pass_hat_k[2] < high
    assert {(group.by, group.flaky_model) for group in report.groups} == {
        ("feature", 3),
        ("behavior", 3),
        ("scenario", 3),
    }


def test_variations_of_a_seed_widen_the_interval_of_the_chances() -> None:
    apart, together = (RunResult(Tree(NODES), [COLUMN], repeating=Repeating(2)) for _ in range(2))
    for number in range(40):
        case = CASE.model_copy(update={"id": f"case {number}", "root_id": f"case {number}"})
        for repeat in range(2):
            one = evaluation(f"{repeat}", number % 4 > 0, repeat, case=case)
            apart.add(one)
            together.add(
                replace(one, task=replace(one.task, case=case.model_copy(update={"root_id": f"{number // 8}"})))
            )
    widths: list[float] = []
    for result in (apart, together):
        repeats = build_report(result, run_id="r", project="p").variants[0].repeats
        assert repeats and repeats.pass_at_k[2] == 0.75
        low, high = repeats.intervals["pass_at_k"][2]
        widths.append(high - low)
    assert widths[1] > 2 * widths[0]


def _played(source: random.Random, chance: float, most: int) -> list[bool]:
    """The verdicts that stopping early asks for."""
    verdicts: list[bool] = []
    while len(verdicts) < most:
        verdicts.append(source.random() < chance)
        if len(verdicts) >= LEAD and abs(2 * sum(verdicts) - len(verdicts)) >= LEAD:
            break
    return verdicts


@pytest.mark.parametrize("chance", [0.95, 0.9, 0.8, 0.5])
def test_stopping_early_errs_and_spares_as_the_documentation_says(chance: float) -> None:
    """The wrong side leads with chance 1 / (1 + (p/q)²); the first two have no bias, all verdicts together have one."""
    source, runs = random.Random(str(chance)), 20_000
    played = [_played(source, chance, 50) for _ in range(runs)]
    wrong = sum(2 * sum(verdicts) < len(verdicts) for verdicts in played) / runs
    odds = chance / (1 - chance)
    assert wrong == pytest.approx(1 / (1 + odds**2), abs=0.012)
    first_two = sum(sum(verdicts[:LEAD]) / LEAD for verdicts in played) / runs
    assert first_two == pytest.approx(chance, abs=0.01)
    if chance != 0.5:
        assert sum(sum(verdicts) / len(verdicts) for verdicts in played) / runs > chance + 0.015
    # Steps to a lead of two: 2 / (p² + q²).
    steps = sum(map(len, played)) / runs
    assert steps == pytest.approx(2 / (chance**2 + (1 - chance) ** 2), abs=0.05)


@pytest.mark.parametrize("chance", [0.9, 0.6])
def test_how_often_verdicts_differ_is_not_distorted_by_stopping_early(chance: float) -> None:
    source = random.Random(f"differ {chance}")
    played = ["".join("fp"[passed] for passed in _played(source, chance, 6)) for _ in range(3000)]
    report = build_report(_report(played, Repeating(6, stop_early=True)), run_id="r", project="p")
    repeats = report.variants[0].repeats
    assert repeats
    assert repeats.verdicts_differ == pytest.approx(2 * chance * (1 - chance), abs=0.025)


def test_cells_that_waver_weigh_no_more_in_the_rate_than_the_others() -> None:
    stopping = _report(["pp"] * 9 + ["pfpfpfpf"], Repeating(8, stop_early=True))
    report = build_report(stopping, run_id="r", project="p")
    assert report.variants[0].pass_rate == pytest.approx(19 / 20)
    assert (report.totals.evaluations, report.totals.passed, report.totals.failed, report.totals.further) == (
        26,
        19,
        1,
        6,
    )
    assert report.stopped_early
    assert (report.stopped_early.settled, report.stopped_early.open, report.stopped_early.spared) == (9, 1, 9 * 6)
    repeats = report.variants[0].repeats
    # Only from what every cell gets.
    assert repeats and [*repeats.pass_hat_k] == [1, 2]
    assert report.flaky[0].n == 8


def test_stopping_early_named_metrics_and_judges_count_the_first_two_repeats_too() -> None:
    result = RunResult(Tree(NODES), [COLUMN], repeating=Repeating(6, stop_early=True))
    for repeat, passed in enumerate((True, False, False, False)):
        done = evaluation(f"answer {repeat}", passed, repeat)
        judged = replace(done.checks[0], metric="polite", judge="a judge · 1")
        whole = CheckResult("assert-set", passed, judged.score, "", metric="all", parts=(judged,))
        result.add(replace(done, checks=(whole,)))
    column = result.sheet.column(COLUMN)
    assert {name: (scores.n, scores.mean) for name, scores in column.metrics.items()} == {
        "all": (2, 0.5),
        "polite": (2, 0.5),
    }
    [count] = column.judges.values()
    assert (count.judged, count.passed) == (2, 1)


def test_labels_within_sets_are_counted_by_part() -> None:
    label = CheckResult("label", True, 1.0, "", label="a", expected_label="a")
    whole = CheckResult("assert-set", True, 1.0, "", label="a", expected_label="a", parts=(label,))
    unlike = replace(whole, type="not-assert-set")
    result = RunResult(Tree(NODES), [COLUMN], repeating=Repeating(2))
    for repeat, check in enumerate((whole, unlike)):
        result.add(replace(evaluation("a", True, repeat), checks=(check,)))
    report = build_report(result, run_id="r", project="p", groups=True)
    for found in (report.variants[0], report.groups[0]):
        assert found.classification
        assert [label.support for label in found.classification.per_label] == [1]
