"""What each node of the tree amounts to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from synterm.core.gate import Gate
from synterm.core.tree import Node, Tree
from synterm.tui.behaviors.branches import RUNS, Branch, Figures, branches, join_trends, sparkline
from synterm.tui.behaviors.words import branch_words
from synterm.tui.board.column import Counts

RUN = st.integers(0, 40).flatmap(lambda judged: st.tuples(st.integers(0, judged), st.just(judged)))
TRENDS = st.dictionaries(st.sampled_from("stu"), st.lists(RUN, max_size=RUNS + 4))


def tree(*gates: float, own: float | None = None) -> Tree:
    """A feature f with these gates, behaviors b (scenarios s and t) and c (scenario u); `own`: the gate of b."""
    return Tree(
        [
            Node(id="f", level="feature", name="F", gates=tuple(Gate(min_pass_rate=rate) for rate in gates)),
            Node(id="b", level="behavior", name="B", parent_id="f", gates=() if own is None else (gate(own),)),
            Node(id="c", level="behavior", name="C", parent_id="f", position=1),
            Node(id="s", level="scenario", name="S", parent_id="b"),
            Node(id="t", level="scenario", name="T", parent_id="b", position=1),
            Node(id="u", level="scenario", name="U", parent_id="c"),
        ]
    )


def gate(rate: float) -> Gate:
    return Gate(min_pass_rate=rate)


def found(behaviors: Tree, **figures: object) -> dict[str | None, Branch]:
    return branches(behaviors, Figures(**figures), {})  # pyright: ignore[reportArgumentType]


def test_verdicts_add_up_from_the_scenarios() -> None:
    counts = {"s": Counts(passed=3, failed=1), "t": Counts(passed=1), "u": Counts(failed=4)}
    all_of = found(tree(), counts=counts, totals={"s": 4, "t": 2, "u": 4})
    assert [all_of[node].rate for node in ("s", "t", "u", "b", "c", "f", None)] == [
        "3/4",
        "50–100%",
        "0/4",
        "67–83%",
        "0%",
        "40–50%",
        "40–50%",
    ]


@pytest.mark.parametrize(
    ("passed", "failed", "errors", "state"),
    [(9, 1, 0, "passed"), (8, 2, 0, "failed"), (8, 1, 1, "open"), (8, 1, 0, "open"), (7, 2, 0, "failed")],
)
def test_a_gate_is_decided_when_missing_verdicts_cannot_turn_it(
    passed: int, failed: int, errors: int, state: str
) -> None:
    counts = {"s": Counts(passed=passed, failed=failed, errors=errors)}
    branch = found(tree(0.9), counts=counts, totals={"s": 10})["f"]
    assert branch.gates == (state,)
    assert ("✗" in branch.badges) == (state == "failed")


@pytest.mark.parametrize(
    ("gate", "passed", "failed", "state"),
    [
        (Gate(must_pass="all"), 2, 0, "passed"),
        (Gate(must_pass="all"), 1, 0, "open"),
        (Gate(must_pass="all"), 0, 1, "failed"),
        (Gate(must_pass=("CASE01", "CASE02")), 0, 0, "passed"),
        (Gate(must_pass=("CASE01", "CASE03")), 0, 0, "failed"),
        (Gate(must_pass=("CASE01", "CASE04")), 0, 0, None),
        (Gate(must_pass_tag="critical"), 2, 0, None),
        (Gate(min_pass_rate=0.5, bound="lower"), 2, 0, None),
        (Gate(no_regression=True), 2, 0, None),
        (Gate(max_cost_usd=1), 2, 0, None),
    ],
)
def test_gates_are_decided_by_live_verdicts_where_those_are_enough(
    gate: Gate, passed: int, failed: int, state: str | None
) -> None:
    behaviors = Tree([Node(id="f", level="feature", name="F", gates=(gate,)), *list(tree().walk())[1:]])
    verdicts = {"CASE01": True, "CASE02": True, "CASE03": False}
    counts = {"s": Counts(passed=passed, failed=failed)}
    branch = found(behaviors, counts=counts, totals={"s": 2}, verdict=verdicts.get)["f"]
    assert branch.gates == (state,)
    assert ("✗" in branch.badges) == (state == "failed")
    words = branch_words(behaviors["f"], branch).plain
    said = {"passed": "holds", "failed": "fails", "open": "not decided yet", None: "a run decides it"}[state]
    assert f"gate {gate.short}: {said}" in words


def test_a_regression_is_told_where_more_broke_than_was_fixed() -> None:
    all_of = found(tree(), flips={"s": (3, 1), "t": (0, 1), "u": (1, 4)})
    assert {node: "▼" in branch.badges for node, branch in all_of.items()} == {
        None: True,
        "f": True,
        "b": False,
        "c": True,
        "s": False,
        "t": True,
        "u": True,
    }


def test_a_closed_node_bears_the_badges_of_what_it_hides() -> None:
    counts = {"s": Counts(failed=4), "u": Counts(passed=40)}
    all_of = found(tree(0.5, own=0.9), counts=counts, totals={"s": 4, "u": 40}, flips={"t": (0, 1), "s": (2, 0)})
    assert (all_of["b"].badges, all_of["b"].all_badges) == ("✗", "▼✗")
    assert (all_of["f"].badges, all_of["f"].all_badges) == ("", "▼✗")


def test_coverage_is_thin_below_five_lineages_once_they_are_counted() -> None:
    assert found(tree())["s"].badges == ""
    all_of = found(tree(), roots={"s": 4, "t": 5})
    assert [all_of[node].badges for node in ("s", "t", "u", "b")] == ["◌", "", "◌", ""]
    assert all_of["f"].all_badges == "◌"


def test_the_words_on_a_node_say_what_its_badges_mean() -> None:
    behaviors = tree(0.9)
    all_of = found(
        behaviors, counts={"s": Counts(passed=6, failed=3)}, totals={"s": 9}, flips={"s": (1, 2)}, roots={"s": 9}
    )
    words = branch_words(behaviors["f"], all_of["f"]).plain
    assert "✗ gate ≥ 90 %: 6 of 9 passed, fails" in words
    assert "▼ against the version before: 1 fixed, 2 broken" in words
    assert "◌ 2 of 3 scenarios with fewer than 5 independent cases" in words


def test_a_sparkline_goes_from_none_to_all_and_is_blank_where_nothing_ran() -> None:
    assert sparkline([(0, 8), (1, 8), (4, 8), (0, 0), (7, 8), (8, 8)]) == "▁▂▅ ██"
    assert sparkline([]) == ""


def test_runs_are_joined_from_the_last_one_back() -> None:
    joined = join_trends(tree(), {"s": [(1, 2), (2, 2)], "t": [(0, 3)], "u": []})
    assert joined["b"] == [(1, 2), (2, 5)]
    assert joined["f"] == joined[""] == joined["b"]
    assert joined["u"] == []


@given(TRENDS)
def test_a_trend_counts_what_scenarios_did_in_the_last_runs(
    trends: dict[str, list[tuple[int, int]]],
) -> None:
    joined = join_trends(tree(), trends)
    last = [run for trend in trends.values() for run in trend[-RUNS:]]
    for place in ("f", ""):
        assert len(joined[place]) == min(max(map(len, trends.values()), default=0), RUNS)
        assert sum(passed for passed, _ in joined[place]) == sum(passed for passed, _ in last)
        assert sum(judged for _, judged in joined[place]) == sum(judged for _, judged in last)
    line = sparkline(joined["f"])
    assert len(line) == len(joined["f"])
    assert all((mark == " ") == (judged == 0) for mark, (_, judged) in zip(line, joined["f"], strict=True))


@given(st.lists(st.integers(0, 30), min_size=2, max_size=8))
def test_a_better_run_never_has_a_lower_mark(passed: list[int]) -> None:
    marks = sparkline([(number, 30) for number in sorted(passed)])
    assert list(marks) == sorted(marks)
