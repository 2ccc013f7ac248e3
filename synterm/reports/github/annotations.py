"""The annotations of a run: what is worst first, since GitHub shows ten of each kind and leaves out the rest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from synterm.core.case import input_text
from synterm.core.comparison import ChangedCase
from synterm.core.report import RunReport
from synterm.reports.figures import dollars, p_words, percent
from synterm.reports.findings import FoundGate, FoundPart, broken_cases, gates, headline, pass_rate, regressions
from synterm.reports.github.commands import command
from synterm.text import one_line, plural

MOST = 10
"""Annotations of a kind that GitHub shows of one step."""

Said = tuple[str, str]
"""The title and the message of an annotation."""
Reasons = Mapping[tuple[str, str], int]
"""How many evaluations have no verdict, by what went wrong and what to do about it."""


def annotate(report: RunReport, reasons: Reasons, file: str | None = None) -> list[str]:
    """Workflow commands: errors for failed gates, regressions and a run that is incomplete, warnings for broken cases,
    evaluations without a verdict and gates that are not decided, and a notice with the figures.

    `file`: the project file, relative to the workspace.
    """
    errors, warnings = list(_errors(report)), list(_warnings(report, reasons))
    return [
        *(command("error", message, file=file, title=title) for title, message in _most(errors)),
        *(command("warning", message, file=file, title=title) for title, message in _most(warnings)),
        command("notice", _figures(report), file=file, title=f"{report.project}: {headline(report)}"),
    ]


def in_workspace(path: Path) -> str | None:
    """`path` as GitHub names files: relative to the workspace; None outside of it, or where there is none."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    if not workspace:
        return None
    place, root = path.resolve(), Path(workspace).resolve()
    return place.relative_to(root).as_posix() if place.is_relative_to(root) else None


def _most(said: list[Said]) -> list[Said]:
    """As many as GitHub shows; the last one tells how many more there are."""
    if len(said) <= MOST:
        return said
    left = len(said) - MOST + 1
    return [*said[: MOST - 1], (f"and {left:,} more", "The step's summary has all of them.")]


def _errors(report: RunReport) -> Iterator[Said]:
    yield from (_gate("Gate failed", found) for found in gates(report) if found.gate.state == "failed")
    for found in regressions(report):
        yield f"Regression: {found.path}", _worse(report, found)
    if report.halted or report.totals.not_made:
        left = plural(report.totals.not_made, "evaluation")
        yield "Incomplete run", f"{report.halted or 'interrupted'}; {left} not made"


def _warnings(report: RunReport, reasons: Reasons) -> Iterator[Said]:
    for (variant, _), case in broken_cases(report).items():
        yield f"Broken: {case.path}", f"{_broken(case)}\nunder {variant}; case {case.case_id}"
    yield from (_gate("Gate not decided", found) for found in gates(report) if found.gate.state == "open")
    for (error, hint), count in reasons.items():
        told = one_line(error, 1000) + (f"\n{one_line(hint, 1000)}" if hint else "")
        yield f"No verdict on {plural(count, 'evaluation')}", told


def _broken(case: ChangedCase) -> str:
    got = f"got {one_line(case.after.output, 200) or 'nothing'}"
    why = one_line(case.after.reason, 300) or got
    before = f"; it was {one_line(case.before.output, 200)}" if case.before.passed else ""
    return f"{one_line(input_text(case.input), 300)}\n{why}{before}"


def _gate(title: str, found: FoundGate) -> Said:
    under = f" under {found.variant}" if found.variant else ""
    note = f"\n{found.gate.note}" if found.gate.note else ""
    return f"{title}: {found.path}", f"{found.gate.words}; found: {found.found}{under}{note}"


def _worse(report: RunReport, found: FoundPart) -> str:
    passes, against = found.part.passes, report.comparison.before.name if report.comparison else ""
    return (
        f"{percent(passes.rate_before)} passed in {against}, {percent(passes.rate_after)} do now under "
        f"{found.pair.after}: {passes.turned}, "
        f"{p_words(passes.p_adjusted)}"
    )


def _figures(report: RunReport) -> str:
    totals, rate = report.totals, percent(pass_rate(report))
    return f"{rate} of {plural(totals.passed + totals.failed, 'evaluation')} pass; {dollars(totals.cost_usd)}"
