"""How far checks can be trusted, as a document and in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.review import Source
from synterm.evaluate.agreement import Agreement
from synterm.evaluate.review.calibration import ENOUGH, Calibration, Calibrations
from synterm.reports.figures import interval, percent
from synterm.text import one_line, plural

Bounds = tuple[float, float]


class CalibrationRow(BaseModel):
    """One check under one judge, held against people. Intervals are of 95 %, over independent lineages."""

    check: str
    """Its type; ``all checks`` for the verdict that they amount to."""
    judge: str | None
    """Which judge it asked; None for a check that asks none."""
    n: int
    """Answers with a human verdict and one of the check."""
    roots: int
    """How many lineages they come from."""
    both_passed: int
    only_human: int
    """Passed by people, failed by the check."""
    only_check: int
    both_failed: int
    undecided: int
    """Answers that people judged and the check did not."""
    agreement: float | None
    agreement_ci: Bounds | None
    kappa: float | None
    kappa_ci: Bounds | None
    sensitivity: float | None
    """Of what people pass, the share that the check passes."""
    sensitivity_ci: Bounds | None
    specificity: float | None
    """Of what people fail, the share that the check fails."""
    specificity_ci: Bounds | None
    refusal: str | None
    """Why no pass rate can be corrected by it."""


class PeopleRow(BaseModel):
    """How far people agree, on answers that two or more of them judged."""

    people: int
    answers: int
    pairs: int
    agreeing: int
    alpha: float | None
    """Krippendorff's alpha."""


class CalibrationList(BaseModel):
    """What human verdicts say about checks."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.calibration/1"] = Field(default="synterm.calibration/1", alias="schema")
    source: Source
    answers: int
    """Answers that people judged."""
    undecided: int
    """On how many of them as many people say one thing as the other."""
    unmet: int
    """How many of them no recorded run holds."""
    enough: int
    """So many answers make a judge calibrated."""
    people: PeopleRow
    checks: list[CalibrationRow]


def calibration_list(found: Calibrations, source: Source) -> CalibrationList:
    """The document."""
    people = found.people
    return CalibrationList(
        source=source,
        answers=found.answers,
        undecided=found.undecided,
        unmet=found.unmet,
        enough=ENOUGH,
        people=PeopleRow(
            people=people.people,
            answers=people.answers,
            pairs=people.pairs,
            agreeing=people.agreeing,
            alpha=people.alpha,
        ),
        checks=[_row(each) for each in found.checks.values()],
    )


def calibration_lines(found: Calibrations) -> Iterator[str]:
    """A few lines for each check, and for people among themselves."""
    rows = list(found.checks.values())
    # What a single check says is what all of them say.
    for each in rows[:1] if len(rows) == 2 and rows[0].found == rows[1].found else rows:
        yield from _lines(each)
    if found.people.pairs:
        people = found.people
        alpha = "not defined" if people.alpha is None else f"{people.alpha:.2f}"
        yield (
            f"people among themselves: the same {people.agreeing} of {people.pairs} times that two judged one answer, "
            f"Krippendorff's alpha {alpha}"
        )
    if found.undecided:
        yield f"{plural(found.undecided, 'answer')} on which people are evenly divided: left out"
    if found.unmet:
        yield f"{plural(found.unmet, 'answer')} judged that no recorded run holds: left out"


def _lines(each: Calibration) -> Iterator[str]:
    found = each.found
    judge = f" · {one_line(each.judge, 60)}" if each.judge else ""
    yield f"{one_line(each.check, 40)}{judge}"
    if not found.n:
        yield f"  no verdict on any of the {plural(found.undecided, 'answer')} that people judged"
        return
    undecided = f" · {plural(found.undecided, 'answer')} without its verdict" if found.undecided else ""
    same = share_words(found.rate, found.interval)
    yield f"  n {found.n} · agreement {same} · kappa {kappa_words(found)}{undecided}"
    passes = share_words(found.sensitivity, found.sensitivity_interval)
    fails = share_words(found.specificity, found.specificity_interval)
    yield f"  sensitivity {passes}: of {found.human_passed} that people pass, {found.both_passed} pass"
    yield f"  specificity {fails}: of {found.human_failed} that people fail, {found.both_failed} fail"
    if each.refusal and (each.judge or found.n >= ENOUGH):
        yield f"  {each.refusal}"


def share_words(share: float | None, bounds: Bounds) -> str:
    """``83 % [70–91]``; a dash without a share."""
    return "–" if share is None else f"{percent(share)} [{interval(bounds)}]"


def kappa_words(found: Agreement) -> str:
    """``0.62 [0.41 to 0.83]``, or why there is none."""
    kappa, bounds = found.kappa, found.kappa_interval
    if kappa is None or bounds is None:
        return "not defined: one verdict for all"
    return f"{kappa:.2f} [{bounds[0]:.2f} to {bounds[1]:.2f}]"


def _row(each: Calibration) -> CalibrationRow:
    found = each.found
    return CalibrationRow(
        check=each.check,
        judge=each.judge,
        n=found.n,
        roots=found.roots,
        both_passed=found.both_passed,
        only_human=found.only_human,
        only_check=found.only_check,
        both_failed=found.both_failed,
        undecided=found.undecided,
        agreement=found.rate,
        agreement_ci=found.interval if found.n else None,
        kappa=found.kappa,
        kappa_ci=found.kappa_interval,
        sensitivity=found.sensitivity,
        sensitivity_ci=found.sensitivity_interval if found.human_passed else None,
        specificity=found.specificity,
        specificity_ci=found.specificity_interval if found.human_failed else None,
        refusal=each.refusal,
    )
