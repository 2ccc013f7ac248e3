"""What two runs have apart, as text to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from synterm.core.case import input_text, value_text
from synterm.core.comparison import (
    ChangedCase,
    CompareReport,
    PartComparison,
    PassComparison,
    SideOfCase,
    VariantComparison,
)
from synterm.evaluate.compare.outcome import behaviors_that
from synterm.reports.comparison import COUNT_TITLES, compared_words, counts, more_words, named, points
from synterm.reports.figures import p_figure, p_words, percent
from synterm.text import one_line, plural
from synterm.tui.runs.text import VERDICT_INKS
from synterm.tui.screens.text import MUTED, section
from synterm.tui.widgets.cells import padded

_ANSWER = 40
_UNPAIRED = 20
"""So many of the cases that were not compared are named."""


def compared_text(report: CompareReport, width: int) -> Iterator[Content]:
    """What changed from one run to the other, in parts; `width`: of the text, in cells."""
    for one in report.comparisons:
        yield section(one.after if one.before == one.after else f"{one.before}  →  {one.after}")
        yield from _verdict(one)
        yield from _both_ways(one)
        if one.behaviors:
            yield _behaviors(one.behaviors, width)
        yield from _cases("▼ Broken", one.broken, one.whole.passes.broken, "$text-error", width)
        yield from _cases("▲ Fixed", one.fixed, one.whole.passes.fixed, "$text-success", width)
        yield from _unpaired(one, width)
    if not report.comparisons:
        yield Content("One of the two runs has no evaluations: there is nothing to pair.")
    notes = [f"nothing stands against {one_line(name, 80)}" for name in report.variants_unpaired]
    for note in (*notes, *report.notes):
        yield Content.styled(f"\n! {one_line(note, 300)}", "$text-warning")


def _verdict(one: VariantComparison) -> Iterator[Content]:
    passes = one.whole.passes
    if not passes.compared:
        yield Content.styled("no case has a verdict in both", "$text-warning")
        return
    yield Content.assemble(
        (passes.verdict, _ink(one.whole)),
        f"   {percent(passes.rate_before)} → {percent(passes.rate_after)}",
        *([] if passes.sizes else _turned(passes)),
        (f"   of {compared_words(passes)}", MUTED),
    )
    words = (points(passes), f"{p_words(passes.p_value)} ({passes.test})", more_words(passes))
    yield Content.styled("   ".join(word for word in words[:2] if word), MUTED)
    if words[2]:
        yield Content.styled(words[2], MUTED)


def _turned(passes: PassComparison) -> list[tuple[str, str]]:
    return [
        (f"   ▲{passes.fixed:,} fixed", "$text-success" if passes.fixed else MUTED),
        (f"   ▼{passes.broken:,} broken", "$text-error" if passes.broken else MUTED),
    ]


def _both_ways(one: VariantComparison) -> Iterator[Content]:
    """That some of it got better while other parts got worse, in plain words."""
    better, worse = behaviors_that("better", one), behaviors_that("worse", one)
    if better and worse:
        yield Content.assemble(
            ("Better", "bold $text-success"),
            f" on {named(better)} while ",
            ("worse", "bold $text-error"),
            f" on {named(worse)}.",
        )


def _behaviors(parts: Sequence[PartComparison], width: int) -> Content:
    """The p-values are adjusted for how many behaviors there are."""
    path = min(max(max(len(part.path) for part in parts), 8), max(width - 54, 16))
    titles = COUNT_TITLES[bool(parts[0].passes.sizes)]
    head = f"\n{'behavior':<{path}}  {'before':>6} {'after':>6} {titles[0]:>4} {titles[1]:>4} {'p adj.':>7}  verdict"
    lines = [Content.styled(head, MUTED)]
    for part in parts:
        passes = part.passes
        lines.append(
            Content.assemble(
                padded(one_line(part.path), path),
                f"  {percent(passes.rate_before):>6} {percent(passes.rate_after):>6} ",
                (f"{counts(passes)[0] or '·':>4} ", "$text-success" if passes.fixed else MUTED),
                (f"{counts(passes)[1] or '·':>4} ", "$text-error" if passes.broken else MUTED),
                (f"{p_figure(passes.p_adjusted):>7}  ", MUTED),
                (passes.verdict, _ink(part)),
            )
        )
    return Content("\n").join(lines)


def _ink(part: PartComparison) -> str:
    return f"bold {VERDICT_INKS.get(part.passes.verdict, '')}".strip()


def _cases(title: str, cases: Sequence[ChangedCase], count: int, ink: str, width: int) -> Iterator[Content]:
    if not cases:
        return
    of = f"{len(cases)} of {count:,}" if len(cases) < count else f"{count:,}"
    yield Content.styled(f"\n{title}: {of}", f"bold {ink}")
    for case in cases:
        expected = value_text(case.expected)
        yield Content.assemble("  ", one_line(input_text(case.input), max(width - 4, 20)))
        yield Content.assemble(
            "    ",
            _answer(case.before),
            " → ",
            _answer(case.after),
            (f"   expected {one_line(expected, _ANSWER)}" if expected else "", MUTED),
        )


def _answer(side: SideOfCase) -> tuple[str, str]:
    rate = "" if side.rate in (None, 0.0, 1.0) else f" ({percent(side.rate)} pass)"
    text = f"{one_line(side.output, _ANSWER) or 'nothing'}{rate}"
    return text, "$text-success" if side.passed else "$text-error"


def _unpaired(one: VariantComparison, width: int) -> Iterator[Content]:
    if not one.unpaired_counts:
        return
    kinds = ", ".join(f"{count:,} {why}" for why, count in one.unpaired_counts.items())
    total = sum(one.unpaired_counts.values())
    yield Content.assemble((f"\nNot compared: {plural(total, 'case')}", "bold"), f" ({kinds})")
    if any(why.startswith("no verdict") for why in one.unpaired_counts):
        yield Content.styled("no verdict is an error, and no failure", MUTED)
    shown = one.unpaired[:_UNPAIRED]
    for case in shown:
        words = one_line(input_text(case.input), max(width - 22, 20)) or "(not kept)"
        yield Content.assemble("  ", (f"{case.why:<18}", MUTED), words)
    if total > len(shown):
        yield Content.styled(f"  and {total - len(shown):,} more", MUTED)
