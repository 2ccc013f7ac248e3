"""Checks held against people: majorities, ties, and when a judge counts as calibrated."""

from __future__ import annotations

import pytest

from synterm.core.review import Review
from synterm.core.tree import CheckConfig
from synterm.evaluate.agreement import Agreement
from synterm.evaluate.column import Column, JudgeCount
from synterm.evaluate.review.calibration import Calibration, Calibrations, calibrations
from synterm.evaluate.review.judges import gate_note
from synterm.evaluate.review.people import Unanimity
from synterm.evaluate.review.recorded import candidates, newest_run
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.support.recording import record_run

CELLS = ("both_passed", "only_human", "only_check", "both_failed")


def calibration(*counts: int) -> Calibration:
    return Calibration("rubric", "a", Agreement(**dict(zip(CELLS, counts, strict=False))))


@pytest.mark.parametrize(
    ("counts", "refusal"),
    [
        ((), "the judge is not calibrated: 0 human verdicts"),
        ((1,), "the judge is not calibrated: 1 human verdict"),
        ((14, 0, 0, 15), "the judge is not calibrated: 29 human verdicts"),
        ((30, 2, 1, 2), "the judge is not calibrated: people fail only 3 of 35 answers, 5 are needed"),
        ((2, 1, 2, 30), "the judge is not calibrated: people pass only 3 of 35 answers, 5 are needed"),
        (
            (10, 10, 10, 10),
            "the judge tells right from wrong no better than chance: it passes 10 of the 20 that people pass, "
            "and 10 of the 20 that they fail",
        ),
        ((15, 0, 0, 15), None),
    ],
)
def test_a_judge_is_refused_in_words(counts: tuple[int, ...], refusal: str | None) -> None:
    found = calibration(*counts)
    assert found.refusal == refusal
    if refusal:
        with pytest.raises(ValueError, match="the judge"):
            found.corrected(0.5, 10)
    else:
        assert found.corrected(0.5, 10)[0] == pytest.approx(0.5)


def test_most_people_decide_ties_are_left_out_and_the_last_verdict_of_a_check_counts(
    make_project: MakeProject,
) -> None:
    path = record_run(make_project(), "--prompt", "router@v2")
    with Project.open(path) as project:
        found = candidates(project, newest_run(project), None, lambda _: True)
        clear, tied, other, _ = sorted(found, key=lambda one: one.subject)
        for who, said in (("a", True), ("b", False), ("c", True)):
            project.reviews.put(Review(*clear.subject, said, who, response_pk=clear.stored)).result()
        for who, said in (("a", True), ("b", False)):
            project.reviews.put(Review(*tied.subject, said, who, response_pk=tied.stored)).result()
        project.reviews.put(Review(*other.subject, True, "a", source="feedback")).result()
        project.reviews.put(Review(clear.subject[0], "00" * 32, True, "a", answer="never given")).result()
        known = calibrations(project)
        assert (known.answers, known.undecided, known.unmet) == (3, 1, 1)
        assert (known.people.people, known.people.pairs, known.people.agreeing) == (3, 4, 1)
        label = known.of(("label", None)).found
        assert (label.n, label.human_passed, label.both_passed) == (1, 1, int(clear.passed is True))
        assert calibrations(project, "feedback").of(("label", None)).found.n == 1


@pytest.mark.parametrize(
    ("checks", "noted"),
    [
        ([{"type": "rubric"}], True),
        ([{"type": "rubric", "weight": 0}], False),
        ([{"type": "rubric", "weight": 0}, {"type": "rubric"}], True),
    ],
)
def test_a_judge_whose_checks_have_no_weight_decides_no_gate(checks: list[CheckConfig], noted: bool) -> None:
    column = Column()
    column.reach(2)
    column.judges["rubric", "a"] = JudgeCount()
    column.judges["rubric", "a"].add(1, True)
    assert (gate_note(column, [0, 1], checks, None) is not None) is noted
    assert gate_note(column, [0], checks, None) is None, "it judged none of these cases"
    known = Calibrations({("rubric", "a"): calibration(15, 0, 0, 15)}, Unanimity(), 30, 0, 0)
    assert gate_note(column, [0, 1], checks, known) is None
