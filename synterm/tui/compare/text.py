"""What the compare screen says in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from synterm.core.case import input_text
from synterm.core.classification import NO_LABEL, Classification
from synterm.reports.figures import dollars, interval, milliseconds, percent
from synterm.reports.leaderboard import Standing
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded
from synterm.storage.runs import RunRecord
from synterm.text import one_line, plural
from synterm.tui.runs.text import change_words
from synterm.tui.screens.text import MUTED, facts, section
from synterm.tui.widgets.cells import padded

_MOST = 200
_NAME = 60
_SCORED = 18


def notes(found: Sequence[Standing], run: RunRecord | None) -> Iterator[Content]:
    """What to know about the leaderboard: the front and why, what is partial, what errors mean."""
    front = [each for each in found if each.front]
    if front:
        known = [word for word, name in (("cost", "cost"), ("time", "p50")) if _all_know(found, name)]
        yield Content.assemble(
            ("★ ", "bold $text-accent"),
            f"the front: no other variant is as good in {' and '.join(('quality', *known))} and better in one. ",
            ("; ".join(f"{one_line(each.name, _NAME)}: {each.front}" for each in front), MUTED),
        )
    yield Content.styled("underlined: the best of its column. Differences may be chance: the verdict says.", MUTED)
    if run is None:
        yield Content.styled(
            "the workbench as it is now: costs, times and labels are known of recorded runs; [ turns to the newest run",
            MUTED,
        )
    elif run.status != "complete":
        left = run.totals.get("not_made")
        yield Content.styled(
            f"partial: this run is {run.status}" + (f", {left:,} evaluations were not made" if left else ""),
            "$text-warning",
        )
    if errors := sum(each.tally.errors for each in found):
        yield Content.styled(f"! {plural(errors, 'evaluation')} without verdict: errors, not failures", "$text-warning")
    if found and min(each.tally.judged for each in found) < _SCORED:
        yield Content.styled("few verdicts: the intervals are wide, and most differences can't be told yet", MUTED)


def _all_know(found: Sequence[Standing], name: str) -> bool:
    return all(getattr(each, name) is not None for each in found if each.tally.judged)


def standing_text(standing: Standing) -> Iterator[Content]:
    """All figures of one variant."""
    tally = standing.tally
    bounds = interval(standing.interval)
    yield facts(
        [
            ("quality", f"{percent(tally.rate)} [{bounds}]  {tally.passed} of {tally.judged} passed"),
            ("errors", f"{tally.errors}: no verdict, not failures" if tally.errors else "none"),
            ("cost", "unknown" if standing.cost is None else f"{dollars(standing.cost)} for 1,000 cases"),
            ("time", f"p50 {milliseconds(standing.p50)}, p95 {milliseconds(standing.p95)}"),
            ("tokens", "unknown" if standing.tokens is None else f"{standing.tokens:,.0f} a case"),
            ("stability", _stability(standing)),
            (
                "front",
                f"★ {standing.front}" if standing.front else "no: another is as good in all, and better in one",
            ),
        ]
    )
    if standing.change is not None:
        yield section(f"Against {standing.change.before.name}")
        yield change_words(standing.change)
    yield section("By behavior")
    found = standing.behaviors or {}
    yield facts(((percent(tally.rate), f"{tally.passed}/{tally.judged}  {path}") for path, tally in found.items()), 6)


def _stability(standing: Standing) -> str:
    if standing.stability is None:
        return "unknown: each case was asked once (synterm run --repeat 3)"
    return f"{percent(standing.stability)} of the cases got the same verdict each time"


def label_text(found: Classification) -> Content:
    """Precision, recall, F1 and support of each label."""
    width = max(len(metrics.label) for metrics in found.per_label)
    lines = [Content.styled(f"{'label':<{width}}  precision  recall     F1  support", MUTED)]
    lines += [
        Content.assemble(
            padded(one_line(metrics.label), width),
            f"  {metrics.precision:>9.2f}{metrics.recall:>8.2f}",
            (f"{metrics.f1:>7.2f}", "bold"),
            (f"{metrics.support:>9,}", MUTED),
        )
        for metrics in found.per_label
    ]
    lines.append(
        Content.styled(
            f"accuracy {found.accuracy:.2f}   macro F1 {found.macro_f1:.2f}   micro F1 {found.micro_f1:.2f}", "bold"
        )
    )
    return Content("\n").join(lines)


def cases_of(project: Project, run_id: str, key: tuple[str, str], expected: str, got: str) -> list[Recorded]:
    """The evaluations of a variant that one cell of its confusion matrix counts, at most 200. Reads the whole run."""
    label = None if got == NO_LABEL else got
    found: list[Recorded] = []
    for done in project.runs.recorded(run_id):
        if (done.body_id, done.model_name) == key and any(check.reading == (expected, label) for check in done.checks):
            found.append(done)
            if len(found) == _MOST:
                break
    return found


def cases_text(found: Sequence[Recorded], total: int) -> Iterator[Content]:
    """Those cases with the answers."""
    if len(found) < total:
        yield Content.styled(f"the first {len(found)} of {total:,}", MUTED)
    for done in found:
        yield Content.assemble("· ", one_line(input_text(done.input), 300), (f"  → {one_line(done.text, 80)}", MUTED))
