"""A comparison for people, on a terminal or in a log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.cells import cell_len
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from synterm.core.case import input_text, value_text
from synterm.core.comparison import (
    ChangedCase,
    CompareReport,
    PartComparison,
    PassComparison,
    ScoreComparison,
    Side,
    SideOfCase,
    VariantComparison,
    Verdict,
)
from synterm.evaluate.compare.outcome import behaviors_that, worst_first
from synterm.reports.figures import p_figure, p_words, percent, points_figure, signed
from synterm.reports.paper import paper
from synterm.reports.tables import new_table
from synterm.text import one_line, plural

VERDICT_INKS: dict[Verdict, str] = {
    "better": "bold green",
    "worse": "bold red",
    "no difference found": "",
    "not enough evidence": "yellow",
}
COUNT_TITLES = (("▲", "▼"), ("n", "n"))
"""What stands over `counts`: with pairs, and without."""
_ALL_PARTS = 12
"""Of up to so many parts all are shown, of more only those in which something changed."""
_ANSWER = 40
_NARROW = 90
_PATH = 14
"""Less of a path tells nothing."""


def print_comparison(report: CompareReport, stream: TextIO, by: str = "behavior", most: int = 5) -> None:
    """Write a comparison to `stream`, as wide as its terminal is, and uncut where it is none; of cases the first `most`
    of a kind.

    `by`: what its parts are: features, behaviors or scenarios.
    """
    console = paper(stream)
    for number, section in enumerate(_sections(report, console.width, by, most)):
        parts = list(section)
        if parts and number:
            console.print()
        for part in parts:
            console.print(part)


def _sections(report: CompareReport, width: int, by: str, most: int) -> Iterator[Iterable[RenderableType]]:
    yield _heading(report, width)
    for one in report.comparisons:
        yield _verdict(one, width)
        yield _parts(one, by, width)
        yield _both_ways(one)
        yield _cases("▼ Broken", "red", one.broken, one.whole.passes.broken, most, width)
        yield _cases("▲ Fixed", "green", one.fixed, one.whole.passes.fixed, most, width)
        yield _unpaired(one, most, width)
    if not report.comparisons:
        yield [Text("Nothing to compare: one of the sides has no evaluations.", "yellow")]
    yield _notes(report, width)


def brief_sections(report: CompareReport, width: int, most: int = 3) -> Iterator[Iterable[RenderableType]]:
    """The same within the report of a run: what it is held against, the verdicts, and the first `most` that broke."""
    before, after = report.before, report.after
    if before.run_id == after.run_id:
        yield [Text.assemble(("Held against  ", "dim"), (one_line(before.name, 60), "bold"), "  evaluated in this run")]
    else:
        yield [_side("Held against", before, before.project != after.project, width)]
    yield from verdict_sections(report, width, most)


def verdict_sections(report: CompareReport, width: int, most: int = 3) -> Iterator[Iterable[RenderableType]]:
    """The verdicts alone, and the first `most` that broke."""
    for one in report.comparisons:
        yield _verdict(one, width)
        yield [*_parts(one, "behavior", width), *_both_ways(one)]
        yield _cases("▼ Broken", "red", one.broken, one.whole.passes.broken, most, width)
        yield _unpaired(one, 0, width)
    yield _notes(report, width)


def _heading(report: CompareReport, width: int) -> Iterator[Text]:
    yield _side("before", report.before, report.before.project != report.after.project, width)
    yield _side("after ", report.after, report.before.project != report.after.project, width)


def _side(word: str, side: Side, with_project: bool, width: int) -> Text:
    facts = [side.started[:16].replace("T", " ")] if side.started else []
    facts += [f"run {side.run_id[-8:]}"] if side.run_id else []
    facts += [f"commit {side.git_commit[:7]}"] if side.git_commit else []
    facts += [f"in {side.project}"] if with_project else []
    line = Text.assemble((f"{word}  ", "dim"), (one_line(side.name, 60), "bold"))
    line.append("  " + one_line(" · ".join(facts)), "dim").truncate(width, overflow="ellipsis")
    return line


def _verdict(one: VariantComparison, width: int) -> Iterator[Text]:
    passes = one.whole.passes
    title = Text(one_line(_title(one), max(width - 22, 20)), "bold")
    yield title.append("  ").append(passes.verdict, VERDICT_INKS[passes.verdict])
    if not passes.compared:
        yield Text("  no case has a verdict on both sides", "yellow")
        return
    yield Text.assemble(
        f"  {percent(passes.rate_before)} → {percent(passes.rate_after)}   ",
        *([] if passes.sizes else _turned(passes)),
        (f"of {compared_words(passes)}", "dim"),
    )
    yield Text(f"  {points(passes)}   {p_words(passes.p_value)} ({passes.test})", "dim")
    if one.whole.scores and _tells_more(one.whole):
        yield _scores(one.whole.scores)
    if words := more_words(passes):
        yield Text(f"  {words}", "dim")


def _turned(passes: PassComparison) -> list[str | tuple[str, str]]:
    return [
        (f"▲ {passes.fixed:,} fixed", "green" if passes.fixed else "dim"),
        "   ",
        (f"▼ {passes.broken:,} broken", "red" if passes.broken else "dim"),
        "   ",
    ]


def _title(one: VariantComparison) -> str:
    return one.after if one.before == one.after else f"{one.before} → {one.after}"


def compared_words(passes: PassComparison) -> str:
    """``106 cases``, ``106 cases, 90 independent``; without pairs, of what each rate is."""
    if passes.sizes:
        before, after = (f"{size:,.0f}" for size in passes.sizes)
        return f"{plural(passes.compared, 'call')}, {after} independent, against {before} before"
    cases = plural(passes.compared, "case")
    return cases if passes.roots == passes.compared else f"{cases}, {passes.roots:,} independent"


def points(passes: PassComparison) -> str:
    """``+29.2 points [+17.5 to +39.9]``; empty where nothing was compared."""
    if passes.difference is None or passes.difference_ci is None:
        return ""
    low, high = map(points_figure, passes.difference_ci)
    return f"{points_figure(passes.difference)} points [{low} to {high}]"


def _tells_more(part: PartComparison) -> bool:
    """Whether scores say anything that passes do not."""
    if part.scores is None:
        return False
    means = (part.scores.mean_before, part.passes.rate_before), (part.scores.mean_after, part.passes.rate_after)
    return any(rate is None or abs(mean - rate) > 1e-9 for mean, rate in means)


def _scores(scores: ScoreComparison) -> Text:
    line = Text(f"  score {scores.mean_before:.3f} → {scores.mean_after:.3f}  ")
    if scores.difference_ci:
        low, high = scores.difference_ci
        ends = f"{signed(low, 3)} to {signed(high, 3)}"
        line.append(f"{signed(scores.difference, 3)} [{ends}]  ", "dim")
    return line.append(scores.verdict, VERDICT_INKS[scores.verdict]).append(f"  {p_words(scores.p_value)}", "dim")


def more_words(passes: PassComparison) -> str:
    """What it would take to tell; nothing where it is told."""
    if passes.verdict in ("better", "worse"):
        return ""
    if passes.sizes:
        return _more_calls(passes)
    if passes.more_cases_needed:
        return f"about {plural(passes.more_cases_needed, 'more independent case')} like these would tell"
    if passes.detectable is None:
        return "with so few independent cases no difference can show"
    return f"a difference of {passes.detectable * 100:.1f} points or more would most likely have shown"


def _more_calls(passes: PassComparison) -> str:
    """The same where there are no pairs."""
    if passes.verdict == "not enough evidence" and passes.more_cases_needed:
        return f"about {plural(passes.more_cases_needed, 'more call')} like these would tell"
    if passes.detectable is None:
        return "with so few on either side no fall of the rate can show"
    if passes.verdict == "not enough evidence":
        return f"only a fall by {passes.detectable * 100:.1f} points or more would have shown"
    return f"a fall by {passes.detectable * 100:.1f} points or more would most likely have shown"


def _parts(one: VariantComparison, by: str, width: int) -> Iterator[RenderableType]:
    shown = worst_first(one.behaviors)
    if len(shown) > _ALL_PARTS:
        shown = [part for part in shown if part.passes.sizes or part.passes.fixed or part.passes.broken]
    with_scores = width >= _NARROW and any(map(_tells_more, shown))
    if shown:
        yield _table(shown, by, with_scores, width)
    if left := len(one.behaviors) - len(shown):
        yield Text(f"  nothing changed in {plural(left, f'other {by}' if shown else by)}", "dim")


def _table(shown: Sequence[PartComparison], by: str, with_scores: bool, width: int) -> Table:
    titles = COUNT_TITLES[bool(shown[0].passes.sizes)]
    titles = ("before", "after", *titles, *(("score",) if with_scores else ()), "p adj.", "verdict")
    rows = [_figures(part, with_scores) for part in shown]
    widths = [
        max(cell_len(title), *(cell.cell_len for cell in cells)) for title, *cells in zip(titles, *rows, strict=True)
    ]
    table = new_table()
    # The path gives way, not the figures: a verdict that is cut says nothing.
    room = max(width - sum(widths) - 2 * len(widths), _PATH)
    table.add_column(by, overflow="ellipsis", no_wrap=True, min_width=_PATH, max_width=room)
    for title, needed in zip(titles, widths, strict=True):
        table.add_column(title, justify="left" if title == "verdict" else "right", no_wrap=True, min_width=needed)
    for part, cells in zip(shown, rows, strict=True):
        table.add_row(Text(one_line(part.path)), *cells)
    return table


def _figures(part: PartComparison, with_scores: bool) -> list[Text]:
    passes = part.passes
    return [
        Text(percent(passes.rate_before)),
        Text(percent(passes.rate_after)),
        _count(counts(passes)[0], "" if passes.sizes else "green"),
        _count(counts(passes)[1], "" if passes.sizes else "red"),
        *((_score(part.scores),) if with_scores else ()),
        Text(p_figure(passes.p_adjusted)),
        Text(passes.verdict, VERDICT_INKS[passes.verdict]),
    ]


def counts(passes: PassComparison) -> tuple[int, int]:
    """Cases that came out better, and worse; where there are no pairs, the independent data points of either side."""
    return (passes.fixed, passes.broken) if passes.sizes is None else (round(passes.sizes[0]), round(passes.sizes[1]))


def _count(count: int, ink: str) -> Text:
    return Text(f"{count:,}", ink) if count else Text("·", "dim")


def _score(scores: ScoreComparison | None) -> Text:
    if scores is None:
        return Text("·", "dim")
    ink = VERDICT_INKS[scores.verdict] if scores.verdict in ("better", "worse") else "dim"
    return Text(signed(scores.difference, 3), ink)


def _both_ways(one: VariantComparison) -> Iterator[Text]:
    """That some of it got better while other parts got worse, in plain words."""
    better, worse = behaviors_that("better", one), behaviors_that("worse", one)
    if better and worse:
        yield Text.assemble(
            ("Better", "bold green"), " on ", named(better), " while ", ("worse", "bold red"), " on ", named(worse), "."
        )


def named(paths: Sequence[str]) -> str:
    """``Routing/Ambiguous, Routing/Robustness and 3 more``."""
    names = [one_line(path, 60) for path in paths[:4]]
    if len(paths) > len(names):
        names.append(f"{len(paths) - len(names)} more")
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _cases(title: str, ink: str, cases: Sequence[ChangedCase], count: int, most: int, width: int) -> Iterator[Text]:
    shown = cases[:most]
    if not shown:
        return
    of = f"  {len(shown)} of {count:,}" if len(shown) < count else ""
    yield Text.assemble((title, f"bold {ink}"), (of, "dim"))
    for case in shown:
        yield from _case(case, width)


def _case(case: ChangedCase, width: int) -> Iterator[Text]:
    yield Text(f"  {one_line(input_text(case.input), width - 2)}")
    expected = value_text(case.expected)
    line = Text("    ").append_text(_answer(case.before)).append(" → ").append_text(_answer(case.after))
    line.append(f"  expected {one_line(expected, _ANSWER)}" if expected else "", "dim")
    line.append(f"  {case.case_id[-8:]}  {one_line(case.path)}", "dim")
    line.truncate(width, overflow="ellipsis")
    yield line
    reason = case.after.reason or case.before.reason
    # Mostly the reason is that the answer is not the expected one, which stands there already.
    if reason and not (expected and expected in reason):
        yield Text(f"    {one_line(reason, width - 4)}", "dim")


def _answer(side: SideOfCase) -> Text:
    text = Text(one_line(side.output, _ANSWER) or "nothing", "green" if side.passed else "red")
    if side.rate not in (None, 0.0, 1.0):
        text.append(f" ({percent(side.rate)} pass)", "dim")
    return text


def _unpaired(one: VariantComparison, most: int, width: int) -> Iterator[Text]:
    if not one.unpaired_counts:
        return
    yield Text.assemble(("Not compared", "bold"), f": {not_compared(one)}")
    if any(why.startswith("no verdict") for why in one.unpaired_counts):
        yield Text("  no verdict is an error, and no failure", "dim")
    for case in one.unpaired[:most]:
        line = Text.assemble("  ", (f"{case.why}  ", "dim"), one_line(input_text(case.input), 50) or "(not kept)")
        line.append(f"  {case.case_id[-8:]}  {one_line(case.path)}", "dim").truncate(width, overflow="ellipsis")
        yield line


def not_compared(one: VariantComparison) -> str:
    """``3 cases (2 new, 1 no verdict after)``: how many cases stand on one side only, and why."""
    kinds = ", ".join(f"{count:,} {why}" for why, count in one.unpaired_counts.items() if count)
    return f"{plural(sum(one.unpaired_counts.values()), 'case')} ({kinds})"


def _notes(report: CompareReport, width: int) -> Iterator[Text]:
    for name in report.variants_unpaired:
        yield Text(f"! after: nothing stands against {one_line(name)}", "yellow")
    for note in report.notes:
        yield Text(f"! {one_line(note)}", "yellow")
