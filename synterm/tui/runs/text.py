"""What a run found, as text to read."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from synterm.core.case import input_text, value_text
from synterm.core.report import BehaviorReport, RunReport
from synterm.evaluate.verdict import ALPHA
from synterm.reports.changes import Change
from synterm.reports.figures import dollars, interval, milliseconds, p_words, percent
from synterm.reports.gates import gate_lines, run_gate_lines
from synterm.reports.judges import corrected_lines, gate_notes
from synterm.reports.tables import GATE_MARKS, STATES
from synterm.storage.recorded import Recorded
from synterm.text import one_line, printable
from synterm.tui.screens.text import MUTED, facts, section
from synterm.tui.widgets.cells import padded

_CELL = 13
VERDICT_INKS = {"better": "$text-success", "worse": "$text-error"}


def report_text(report: RunReport, width: int) -> Iterator[Content]:
    """The variants and the behaviors under them, as wide as there is room."""
    name = min(max((len(variant.name) for variant in report.variants), default=0), max(width - 24, 16))
    room = width - name - 18
    for variant in report.variants:
        bounds = interval(variant.pass_rate_ci)
        time = f"  {milliseconds(variant.latency_ms.p50):>7}" if room >= 36 else ""
        cost = f"  {dollars(variant.cost_usd):>7}" if room >= 36 else ""
        errors = f"  ! {variant.errors}" + (" no verdict" if room >= 36 else "") if variant.errors else ""
        yield Content.assemble(
            (padded(variant.name, name), "bold"),
            f"  {percent(variant.pass_rate):>5}",
            (f" [{bounds}]".ljust(10), MUTED),
            (time + cost, MUTED),
            (errors if len(errors) <= room else "", "$text-warning"),
        )
    for line in (*corrected_lines(report), *gate_notes(report), *gate_lines(report), *run_gate_lines(report)):
        yield Content.styled(line.plain, "$text-warning" if line.style == "yellow" else MUTED)
    yield from _behaviors(report, width)


def _behaviors(report: RunReport, width: int) -> Iterator[Content]:
    rows: dict[str, dict[str, list[BehaviorReport]]] = {}
    for row in report.behaviors:
        rows.setdefault(row.path, {}).setdefault(row.variant, []).append(row)
    label = min(max((len(path) for path in rows), default=0), max(width // 3, 18))
    fits = max((width - label - 2) // (_CELL + 1), 1)
    shown = report.variants[-fits:]
    if len(shown) < len(report.variants):
        yield Content.styled(f"\nby behavior, the last {len(shown)} of {len(report.variants)} variants", MUTED)
    heads = "".join(f"{_short(variant.prompt_version, variant.model):>{_CELL + 1}}" for variant in shown)
    yield Content.styled(f"\n{'behavior':<{label}}{heads}", MUTED)
    for path, found in rows.items():
        cells = (_cell(found.get(variant.name)) for variant in shown)
        yield Content.assemble(padded(path, label), *cells)


def _short(version: str, model: str) -> str:
    return one_line(f"{version}·{model}", _CELL)


def _cell(rows: list[BehaviorReport] | None) -> Content:
    """One of them for each gate: the mark is that of the worst."""
    if not rows:
        return Content.styled(f"{'·':>{_CELL + 1}}", MUTED)
    row, states = rows[0], {row.gate.state for row in rows if row.gate}
    mark = next((GATE_MARKS[state][0] for state in STATES if state in states), " ")
    ink = {"✗": "$text-error", "✓": "$text-success"}.get(mark, "")
    rate = f"{percent(row.pass_rate)} {row.passed}/{row.n}"
    return Content.assemble(f"{'':>{max(_CELL - len(rate) - 1, 0)}}", (f"{mark} ", ink), rate)


def change_words(change: Change) -> Content:
    """``better  ▲12 fixed ▼3 broken  p = 0.035``."""
    return Content.assemble(
        (change.verdict, f"bold {VERDICT_INKS.get(change.verdict, '')}".strip()),
        (f"  ▲{len(change.fixed)} fixed", "$text-success"),
        (f"  ▼{len(change.broken)} broken", "$text-error"),
        (f"  {p_words(change.p_value)} (paired, exact; below {ALPHA} counts)", MUTED),
    )


def recorded_text(done: Recorded, path: str) -> Iterator[Content]:
    """One evaluation: the case, the verdict with its reasons, the answer, and what it took."""
    verdict, ink = verdict_words(done)
    yield Content.styled(verdict, f"bold {ink}")
    yield facts([("where", path or "no longer in the tree"), ("variant", f"{done.prompt}@{done.version}")])
    yield section("Case", done.case_id)
    yield facts([*done.input.items(), ("expected", value_text(done.expected) or "(nothing)")])
    yield section("Answer", "from the cache" if done.cached else "")
    yield Content(printable(done.text or "(none)"))
    yield section("Checks")
    for check in done.checks:
        mark = {True: "✓", False: "✗", None: "! abstains:"}[check.passed]
        yield facts([(check.type, f"{mark} {check.reason or check.error or ''}")])
    if done.error:
        yield facts([("error", f"{done.error}\n{done.hint or ''}".rstrip())])
    yield section("What it took")
    tokens = f"{_known(done.usage.prompt)} in, {_known(done.usage.completion)} out"
    cost = "unknown" if done.cost_usd is None else f"${done.cost_usd:.6f}"
    yield facts([("time", milliseconds(done.latency_ms)), ("tokens", tokens), ("cost", cost)])


def verdict_words(done: Recorded) -> tuple[str, str]:
    """``✗ clarify`` and its colour."""
    mark, ink = {
        True: ("✓", "$text-success"),
        False: ("✗", "$text-error"),
        None: ("!", "$text-warning"),
    }[done.passed]
    answer = done.label or done.text or done.outcome.value
    return f"{mark} {one_line(answer if done.passed is not None else done.error or answer, 200)}", ink


def title_of(done: Recorded) -> str:
    """The input of a case as one text."""
    return input_text(done.input)


def _known(count: int | None) -> str:
    return "unknown" if count is None else str(count)
