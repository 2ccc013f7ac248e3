"""What repeats of a run say, in a few lines: how steady verdicts are, whose noise it is, and the worst cells."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from synterm.core.metrics import FlakyReport, RepeatsReport
from synterm.core.report import RunReport
from synterm.reports.figures import interval, percent
from synterm.reports.tables import new_table, short_names
from synterm.text import one_line, plural

_WORST = 5
_INPUT = 60


def repeats(report: RunReport, width: int) -> Iterator[RenderableType]:
    """How steady the verdicts of each variant are; nothing where nothing was judged more than once."""
    known = [
        (name, variant.repeats)
        for name, variant in zip(short_names(report.variants), report.variants, strict=True)
        if variant.repeats
    ]
    if not known:
        return
    yield _title(known[0][1])
    table = new_table()
    table.add_column("variant", overflow="ellipsis", no_wrap=True, max_width=30)
    for title in ("stable", "flaky: model", "judge", *(title for title, _ in _chances(known[0][1]))):
        table.add_column(title, justify="right", no_wrap=True)
    for name, found in known:
        cells = [f"{found.stable:,}/{found.cells:,}", _count(found.flaky_model), _count(found.flaky_judge)]
        table.add_row(Text(one_line(name)), *map(Text, (*cells, *(text for _, text in _chances(found)))))
    yield table
    for name, found in known:
        if words := _noise(found):
            yield _note(f"{one_line(name)}: {words}")
    if stopped := report.stopped_early:
        yield _note(
            f"stopped early: {stopped.settled:,} of {plural(stopped.settled + stopped.open, 'cell')} settled in "
            f"{plural(stopped.rounds, 'round')}, {plural(stopped.spared, 'evaluation')} spared; rates are of the first "
            "two repeats"
        )
    yield from _worst(report, width)


def _note(text: str) -> RenderableType:
    return Padding(Text(text, "dim"), (0, 0, 0, 2))


def _title(found: RepeatsReport) -> Text:
    title = Text("Repeats", "bold")
    judgings = f" × {plural(found.judgings, 'judging')}" if found.judgings > 1 else ""
    return title.append(f"  {plural(found.k, 'answer')} a case{judgings}", "dim")


def _chances(found: RepeatsReport) -> Iterator[tuple[str, str]]:
    k = max(found.pass_at_k, default=1)
    if k < 2:
        return
    for title, name, chances in (
        (f"any of {k} passes", "pass_at_k", found.pass_at_k),
        (f"all {k} pass", "pass_hat_k", found.pass_hat_k),
    ):
        bounds = found.intervals["pass_at_k" if name == "pass_at_k" else "pass_hat_k"][k]
        yield title, f"{percent(chances[k])} [{interval(bounds)}]"


def _count(count: int) -> str:
    return f"{count:,}" if count else "·"


def _noise(found: RepeatsReport) -> str:
    """Where the noise comes from, as far as it is known."""
    words: list[str] = []
    if found.verdicts_differ is not None:
        words.append(f"verdicts on two answers differ {percent(found.verdicts_differ)} of the time")
    if found.same_answer_differ is not None:
        words.append(f"on the same answer {percent(found.same_answer_differ)}")
    if found.judge_share is not None:
        words.append(f"so {percent(found.judge_share)} of the noise is the judge's")
    return ", ".join(words) if found.flaky_model or found.flaky_judge else ""


def _worst(report: RunReport, width: int) -> Iterator[RenderableType]:
    if not report.flaky:
        return
    names = dict(zip([variant.name for variant in report.variants], short_names(report.variants), strict=True))
    yield Text("  the least steady:")
    for cell in report.flaky[:_WORST]:
        yield _line(cell, names[cell.variant], width)


def _line(cell: FlakyReport, variant: str, width: int) -> Text:
    shown = one_line(cell.input, _INPUT) or cell.case_id
    line = Text.assemble(
        (f"  {cell.passed}/{cell.n} ", "yellow"),
        (f"{cell.stability.removeprefix('flaky:')}  ", "bold"),
        shown,
        (f"  {plural(cell.answers, 'answer')}  {cell.case_id[-8:]}  {one_line(variant)}", "dim"),
    )
    line.truncate(width, overflow="ellipsis")
    return line
