"""How far a check can be trusted: its verdicts held against people's, for each judge that it asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from synterm.core.evaluation import CheckResult
from synterm.core.review import Review, Source, Subject, majority
from synterm.evaluate.agreement import Agreement, agreement
from synterm.evaluate.correction import corrected_interval, corrected_rate
from synterm.evaluate.review.people import Unanimity, unanimity
from synterm.storage.base import chunks
from synterm.storage.graded import Graded
from synterm.storage.project import Project
from synterm.text import plural

ENOUGH = 30
"""Of so many answers people's verdict must be known before a judge counts as calibrated."""
ENOUGH_EACH = 5
"""And of so many they must have passed, and failed."""
ALL_CHECKS = "all checks"
"""What the verdict that the checks of a case amount to is called, beside the types of checks."""
_NOT_CHECKS = ("outcome",)
"""Results that no check gave: an answer was cut off, or empty."""
_PAGE = 500

Judge = tuple[str, str | None]
"""The type of a check, and the judge that it asks: None for one that asks none."""


@dataclass(frozen=True)
class Calibration:
    """One check under one judge, held against people."""

    check: str
    judge: str | None
    found: Agreement

    @cached_property
    def refusal(self) -> str | None:
        """Why no pass rate can be corrected by it, in words; None when one can."""
        found = self.found
        if found.n < ENOUGH:
            return f"the judge is not calibrated: {plural(found.n, 'human verdict')}"
        few, word = min((found.human_passed, "pass"), (found.human_failed, "fail"))
        if few < ENOUGH_EACH:
            told = f"people {word} only {few} of {found.n} answers"
            return f"the judge is not calibrated: {told}, {ENOUGH_EACH} are needed"
        if (found.sensitivity or 0.0) + (found.specificity or 0.0) <= 1:
            right, wrong = _of(found.both_passed, found.human_passed), _of(found.only_check, found.human_failed)
            told = f"it passes {right} that people pass, and {wrong} that they fail"
            return f"the judge tells right from wrong no better than chance: {told}"
        return None

    def corrected(self, rate: float, n: int) -> tuple[float, tuple[float, float]]:
        """A pass rate of this check over `n` independent cases, corrected for its errors, and the 95 % interval.

        Raises ValueError where there is a `refusal`, or no case.
        """
        if self.refusal:
            raise ValueError(self.refusal)
        return corrected_rate(rate, self.found), corrected_interval(rate, n, self.found)


@dataclass(frozen=True, slots=True)
class Calibrations:
    """All checks that met answers which people judged."""

    checks: Mapping[Judge, Calibration]
    people: Unanimity
    answers: int
    """How many answers people judged."""
    undecided: int
    """On how many of them as many people say one thing as the other: they are left out."""
    unmet: int
    """How many of them no recorded run holds: no check's verdict is known."""

    def of(self, judge: Judge) -> Calibration:
        """What is known of a check under a judge; an empty table where nothing is."""
        return self.checks.get(judge) or Calibration(*judge, Agreement())


def calibrations(project: Project, source: Source = "review") -> Calibrations:
    """Hold what checks found in all recorded runs against what people said.

    Where several people judged an answer, the majority counts. Where a check judged the same answer more than once
    under the same judge, the last verdict counts. Reads all evaluations: not for each key.
    """
    said = _said(project, source)
    verdicts = {subject: majority(reviews) for subject, reviews in said.items()}
    last: dict[tuple[Subject, Judge], tuple[bool | None, str]] = {}
    met: set[Subject] = set()
    for graded in project.graded.of_reviewed(source):
        if graded.subject in verdicts:
            met.add(graded.subject)
            last.update(((graded.subject, judge), (passed, graded.root_id)) for judge, passed in _found(graded))
    by_judge: dict[Judge, list[tuple[bool, bool | None, str]]] = {}
    for (subject, judge), (passed, root) in last.items():
        if (human := verdicts[subject]) is not None:
            by_judge.setdefault(judge, []).append((human, passed, root))
    return Calibrations(
        {judge: _calibration(judge, by_judge[judge]) for judge in sorted(by_judge, key=_order)},
        unanimity([[(review.who, review.passed) for review in reviews] for reviews in said.values()]),
        len(said),
        sum(verdict is None for verdict in verdicts.values()),
        len(said.keys() - met),
    )


def _said(project: Project, source: Source) -> dict[Subject, list[Review]]:
    said: dict[Subject, list[Review]] = {}
    for page in chunks(project.reviews.all(), _PAGE):
        for review in page:
            if review.source == source:
                said.setdefault(review.subject, []).append(review)
    return said


def _found(graded: Graded) -> Iterable[tuple[Judge, bool | None]]:
    yield (ALL_CHECKS, None), graded.passed
    yield from _of_checks(graded.checks)


def _of_checks(checks: Iterable[CheckResult]) -> Iterator[tuple[Judge, bool | None]]:
    """Those of sets too."""
    for check in checks:
        if check.type not in _NOT_CHECKS:
            yield (check.type, check.judge), check.passed
        yield from _of_checks(check.parts)


def _calibration(judge: Judge, rows: list[tuple[bool, bool | None, str]]) -> Calibration:
    return Calibration(*judge, agreement([row[:2] for row in rows], [row[2] for row in rows]))


def _order(judge: Judge) -> tuple[bool, str, str]:
    return judge[0] == ALL_CHECKS, judge[0], judge[1] or ""


def _of(count: int, n: int) -> str:
    return f"{count} of the {n}"
