"""What is said of failures: pure lines, whatever texts and figures they are made of."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from synterm.core.distill import Boundary, Cluster, DistillReport, Failing, Step, Triage, Tried, Trigger
from synterm.reports.boundary_plot import WIDTH, boundary_plot, plot_head, shares
from synterm.reports.distill import cluster_lines, next_lines, sparkline, trigger_lines, type_lines, wrong_words
from synterm.text import printable
from tests.support.failing import failing as a_failing_case

COUNTS = st.integers(0, 5)
TRIED = st.builds(Tried, input=st.just({"m": "x"}), passed=COUNTS, failed=COUNTS, errors=COUNTS, got=st.text())


@st.composite
def boundaries(draw: st.DrawFn) -> Boundary:
    """Any steps, with a turn wherever neighbours differ."""
    tried = draw(st.lists(TRIED, max_size=8))
    steps = tuple(Step(value=at, label=draw(st.text()), tried=one) for at, one in enumerate(tried))
    passes = [(one.value, share >= 0.5) for one, share in zip(steps, shares(steps), strict=True) if share is not None]
    flips = tuple((low, high) for (low, before), (high, after) in pairwise(passes) if before != after)
    return Boundary(
        case_id="C", prompt="p", version="v1", model="m", dimension="noise",
        steps=steps, flips=flips, words="", requests=0, cached=0, ended="",
    )  # fmt: skip


@given(boundaries())
def test_a_plot_has_a_line_for_each_value_and_each_turn_and_all_bars_stand_below_each_other(found: Boundary) -> None:
    lines = [*boundary_plot(found)]
    assert len(lines) == len(found.steps) + len(found.flips)
    assert all("\n" not in line and printable(line) == line for line in lines)
    turns = [line for line in lines if line.endswith("╌  turns")]
    assert len(turns) >= len(found.flips)
    for line, share in zip((one for one in lines if not one.endswith("╌  turns")), shares(found.steps), strict=False):
        if share is not None and not any(mark in step.label for step in found.steps for mark in "█·?"):
            assert line.count("█") >= round(share * WIDTH)
    if lines:
        assert cell_len(plot_head(found)) >= WIDTH


@given(st.lists(st.integers(0, 20), max_size=8), st.integers(0, 20))
def test_a_sparkline_rises_with_its_counts(counts: list[int], most: int) -> None:
    line = sparkline(counts, most)
    assert len(line) == len(counts)
    assert [one for _, one in sorted(zip(counts, line, strict=True))] == sorted(line)
    assert sparkline([0, 5, 10], 10) == "▁▅█"


def failing(number: int, **more: object) -> Failing:
    return a_failing_case(f"input {number}", number, **{"case_id": f"CASE{number:04}", **more})


def test_failures_stand_below_their_type_and_the_reason_they_share() -> None:
    same = Triage(type="spec gap", reason="nobody said so", by="rules")
    judged = Triage(type="model error", reason="it is clear", by="model big")
    mine = Triage(type="wrong label", reason="I know", by="ann", confirmed=True)
    members = [failing(at, triage=same) for at in range(5)] + [failing(7, triage=judged), failing(8, triage=mine)]
    lines = [
        *type_lines([*members, failing(9)], {"spec gap": "new behavior", "model error": "a", "wrong label": "b"}, 2)
    ]
    assert lines[:3] == [
        "Why they fail",
        "  spec gap           5  → new behavior",
        "    nobody said so  (5 ×)",
    ]
    assert "    … and 2 more: --json - lists all" in lines
    assert "    model big: it is clear" in lines
    assert "    ✓ ann: I know" in lines
    assert lines[-2:] == ["  no type yet        1", '      CASE0009  "input 9"  clarify instead of schedule']
    assert [*type_lines([], {}, 3)] == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"got": ""}, "nothing instead of schedule"),
        ({"expected": None, "reason": "0.31 is under 0.8"}, "0.31 is under 0.8"),
        ({"judged": 0, "failed": 0, "got": "timed out"}, "no verdict: timed out"),
    ],
)
def test_how_it_went_wrong_is_said_in_words(more: dict[str, object], said: str) -> None:
    assert wrong_words(failing(1, **more)) == said


def report(**more: object) -> DistillReport:
    values: dict[str, object] = {"project": "p", "run_id": "R" * 26, "runs": 1, "evaluated": 9}
    return DistillReport.model_validate(values | more)


def test_clusters_are_told_with_size_trend_places_and_cases() -> None:
    members = [failing(at) for at in range(4)]
    cluster = Cluster(
        id="abc123",
        name="rooms: clarify instead of schedule",
        hypothesis="all go wrong in the same way",
        by="ann",
        case_ids=tuple(one.case_id for one in members[:3]),
        root_ids=("a", "b", "c"),
        share=0.75,
        pattern="",
        behaviors={"Routing/All": 2, "Routing/Else": 1},
        trend=(("r1", 0), ("r2", 3)),
    )
    lines = [*cluster_lines(report(failing=members, clusters=(cluster, cluster)), 1)]
    assert lines == [
        "2 clusters of 3 cases; 1 case is like no others",
        "  1  rooms: clarify instead of schedule  (named by ann)",
        "     abc123  3 cases, 75 %  ▁█  failing run by run: 0, 3",
        "     all go wrong in the same way",
        "     in Routing/All (2), Routing/Else (1)",
        '       CASE0000  "input 0"',
        '       CASE0001  "input 1"',
        '       CASE0002  "input 2"',
        "  … and 1 more: --limit N",
    ]


def trigger(adjusted: float, lift: float | None = 2.4) -> Trigger:
    return Trigger(
        attribute="length", value="long", words="long inputs fail", cases=9, failed=5, other_cases=9, other_failed=1,
        roots=9, lift=lift, lift_ci=(1.25, 4.1), p_value=adjusted / 2, p_adjusted=adjusted,
    )  # fmt: skip


def test_what_may_be_chance_is_called_that() -> None:
    assert [*trigger_lines([trigger(0.03), trigger(0.3)])][1:] == ["  long inputs fail (1.2 to 4.1 times, p = 0.03)"]
    assert [*trigger_lines([trigger(0.0001, None)])][1:] == ["  long inputs fail (p < 0.001)"]
    unsure = [*trigger_lines([trigger(0.3)] * 5)]
    assert unsure[0].startswith("Nothing measurable goes with failing by more than chance")
    assert len(unsure) == 4
    assert [*trigger_lines([])] == []


def test_what_comes_next_fits_what_was_found() -> None:
    assert [*next_lines(report(), "c")] == ["nothing to distill: no case keeps failing"]
    error = failing(1, judged=0, failed=0, errors=1)
    assert [*next_lines(report(failing=[error]), "c")] == []
    said = [*next_lines(report(failing=[failing(1)]), "synterm distill 'my file.db'")]
    assert said[0].startswith("next: synterm distill 'my file.db' --shrink CASE0001 ")
