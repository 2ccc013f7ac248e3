"""The tables of a run's page: variants, gates, a comparison, and why there are no verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from synterm.core.comparison import PassComparison, VariantComparison
from synterm.core.report import GateState, RunReport, VariantReport
from synterm.evaluate.compare.outcome import worst_first
from synterm.reports.comparison import not_compared
from synterm.reports.figures import interval, milliseconds, p_figure, percent
from synterm.reports.findings import WHOLE, FoundGate, gates
from synterm.reports.github.annotations import Reasons
from synterm.reports.github.markdown import code, details, span, table

_MARKS: dict[GateState, str] = {"failed": "❌ fails", "open": "❔ not decided", "passed": "✅ holds"}
_ORDER: tuple[GateState, ...] = ("failed", "open", "passed")
_MOST = 200


def variants_table(report: RunReport) -> str:
    """A row for each variant."""
    head = ("variant", "passed", "rate [95 %]", "no verdict", "p50")
    return table(head, (_variant(variant) for variant in report.variants))


def gates_table(report: RunReport) -> Iterator[str]:
    """Gates that fail or are not decided; those that hold are folded up."""
    found = sorted(gates(report), key=lambda one: _ORDER.index(one.gate.state))
    telling = [one for one in found if one.gate.state != "passed"]
    if telling:
        yield "### Gates\n"
        yield _gates(telling)
    if holding := found[len(telling) :]:
        yield details(f"{len(holding):,} gates hold" if len(holding) > 1 else "1 gate holds", [_gates(holding)])


def comparison_tables(report: RunReport) -> Iterator[str]:
    """How each pair of variants, and each behavior under it, stands against the baseline."""
    if report.comparison is None:
        return
    yield f"### Against {span(report.comparison.before.name)}\n"
    for pair in report.comparison.comparisons:
        yield _pair(pair)
        if pair.unpaired_counts:
            yield f"Not compared: {escape(not_compared(pair))}\n"
    for name in report.comparison.variants_unpaired:
        yield f"- nothing stands against {span(name)}\n"
    for note in report.comparison.notes:
        yield f"- {span(note, 400)}\n"


def reasons_table(reasons: Reasons) -> Iterator[str]:
    """Why evaluations have no verdict, and what to do about it."""
    if reasons:
        yield "### No verdict: errors, not failures\n"
        rows = sorted(reasons.items(), key=lambda one: -one[1])[:_MOST]
        yield table(
            ("evaluations", "why", "what to do"),
            ((f"{count:,}", code(why, 400), code(hint, 400) if hint else "") for (why, hint), count in rows),
        )


def _variant(variant: VariantReport) -> tuple[str, ...]:
    bounds = interval(variant.pass_rate_ci)
    return (
        code(variant.name),
        f"{variant.passed:,}/{variant.n:,}",
        f"{percent(variant.pass_rate)} [{bounds}]" if bounds else percent(variant.pass_rate),
        f"{variant.errors:,}" if variant.errors else "",
        milliseconds(variant.latency_ms.p50),
    )


def _gates(found: list[FoundGate]) -> str:
    return table(("gate", "must hold", "found", "variant", ""), map(_gate, found[:_MOST]))


def _gate(found: FoundGate) -> tuple[str, ...]:
    path = found.path if found.path == WHOLE else code(found.path)
    note = code(found.gate.note, 400) if found.gate.note else ""
    variant = code(found.variant) if found.variant else ""
    return f"{_MARKS[found.gate.state]} {path}", code(found.gate.words), code(found.found, 400), variant, note


def _pair(pair: VariantComparison) -> str:
    rows = [pair.whole, *worst_first(pair.behaviors)][:_MOST]
    unpaired = pair.whole.passes.sizes is not None
    head = (code(pair.after), "before", "now", *(("of", "of") if unpaired else ("fixed", "broken")), "p", "")
    return table(
        head,
        (
            (
                code(part.path) if part.path else "all",
                percent(part.passes.rate_before),
                percent(part.passes.rate_after),
                *_counts(part.passes),
                escape(p_figure(part.passes.p_adjusted)),
                f"<b>{part.passes.verdict}</b>" if part.passes.verdict == "worse" else part.passes.verdict,
            )
            for part in rows
        ),
    )


def _counts(passes: PassComparison) -> tuple[str, str]:
    """What was fixed and what broke; where there are no pairs, of how many the rates are."""
    if passes.sizes:
        return f"{passes.sizes[0]:,.0f}", f"{passes.sizes[1]:,.0f}"
    return f"▲ {passes.fixed:,}" if passes.fixed else "", f"▼ {passes.broken:,}" if passes.broken else ""
