"""The inbox of traffic for people: figures stand first and names last, so that 80 columns hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from synterm.core.case import value_text
from synterm.core.inbox import LOW_CONFIDENCE, CallRow, InboxCluster, InboxGroup, InboxReport, PlacedGroup
from synterm.core.traffic import LoggedCall, TrafficLog
from synterm.reports.figures import dollars, interval, milliseconds, minute, percent
from synterm.reports.paper import UNCUT
from synterm.reports.tables import new_table
from synterm.text import one_line, plural

BAR = 8
"""Cells of the longest bar."""
_EIGHTHS = " ▏▎▍▌▋▊▉"
_LOGS = 3
"""So many logs are named; of the others only the number is."""
_KINDS = 6
_LEAST = 20
_ANSWER = 20
"""Cells of an answer in a list."""
_CLUSTERS = 8
"""So many clusters are listed among the behaviors."""
_MARKS = {"new": " ", "promoted": "✓", "dismissed": "✗"}


def share_bar(share: float | None, most: float, width: int = BAR) -> str:
    """A bar for a share, to an eighth of a cell; as wide as `width` for the share `most`."""
    eighths = 0 if not share or most <= 0 else max(round(share / most * width * 8), 1)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def head_lines(report: InboxReport) -> Iterator[str]:
    """How much traffic there is, from when, and which logs it came with."""
    if not report.all.calls:
        return
    sampled = "" if report.all.weight <= report.all.calls else f", which stand for {report.all.weight:,.0f}"
    when = f"{minute(report.first)} to {minute(report.last)}"
    yield f"{report.project}: {plural(report.all.calls, 'call')}{sampled}; {when}"
    for log in report.logs[:_LOGS]:
        yield f"  {log_words(log)}"
    if (more := len(report.logs) - _LOGS) > 0:
        yield f"  and {plural(more, 'older log')}"


def log_words(log: TrafficLog) -> str:
    """A log in a line: what was read, kept and masked."""
    rest = [
        f"{plural(log.read, 'call')}",
        f"{log.kept:,} kept" + (f" ({log.sampling})" if log.sampling else ""),
        f"{log.duplicates:,} known" if log.duplicates else "",
        f"{log.wrong:,} unreadable" if log.wrong else "",
        masked_words(log.masked) if log.masking else "nothing masked: switched off",
    ]
    return f"{one_line(log.file, 40)} ({log.format}, {minute(log.added)}): {', '.join(word for word in rest if word)}"


def masked_words(masked: Mapping[str, int]) -> str:
    """``masked: 210 e-mail, 18 phone``."""
    if not masked:
        return "nothing to mask"
    named = [f"{number:,} {kind}" for kind, number in [*masked.items()][:_KINDS]]
    more = f" and {len(masked) - _KINDS} more kinds" if len(masked) > _KINDS else ""
    return f"masked: {', '.join(named)}{more}"


def inbox_table(report: InboxReport, width: int, *, scenarios: bool = False) -> Table:
    """A row for each behavior (and each of its `scenarios`), then for what is in none."""
    table = _table(("share", "95 %", "", "calls", "new", "sure", "low"), ("behavior",))
    most = max((row.share or 0.0 for row in _all(report)), default=0.0)
    for row in report.behaviors:
        _add(table, row, most, Text(one_line(row.path)))
        for one in row.scenarios if scenarios else ():
            _add(table, one, most, Text(f"  {one_line(one.path.rpartition('/')[2])}", "dim"))
    if report.uncovered.calls:
        _add(table, report.uncovered, most, Text("uncovered: like no case", "bold yellow"))
        for at, cluster in enumerate(report.clusters[:_CLUSTERS], 1):
            _add(table, cluster, most, Text.assemble((f"{at:>3}  ", "bold"), *_cluster(cluster)))
        if (more := len(report.clusters) - _CLUSTERS) > 0:
            table.add_row(*[""] * 7, Text(f"  …  {plural(more, 'more cluster')}: --uncovered", "dim"))
        if report.scattered and report.scattered.calls:
            _add(table, report.scattered, most, Text("  –  like little else", "dim"))
    if report.unplaced.calls:
        _add(table, report.unplaced, most, Text("not placed yet", "yellow"))
    return _fitted(table, width)


def cluster_table(report: InboxReport, width: int, examples: int = 3) -> Table:
    """What no case covers: each cluster with some of its inputs."""
    table = _table(("", "share", "95 %", "", "calls", "new"), ("cluster",))
    most = max((row.share or 0.0 for row in report.clusters), default=0.0)
    for at, one in enumerate(report.clusters, 1):
        table.add_row(Text(str(at), "bold"), *_figures(one, most), Text(one_line(one.name), "bold"))
        for text in one.examples[:examples]:
            table.add_row(*[""] * 6, Text(one_line(text, 300), "dim"))
    if report.scattered and report.scattered.calls:
        table.add_row("–", *_figures(report.scattered, most), Text("like little else", "dim"))
    return _fitted(table, width)


def calls_table(calls: Sequence[CallRow], width: int) -> Table:
    """A row for each call: when, how sure, what became of it, and what was asked and answered."""
    table = _table((), ("call", "when", "sure", "", "answered", "asked"))
    answer = 300 if width >= UNCUT else _ANSWER
    for one in calls:
        ink = "dim" if one.state == "dismissed" else "green" if one.state == "promoted" else ""
        table.add_row(
            Text(one.id[-8:], "dim"),
            Text(minute(one.served)[5:], "dim"),
            Text("" if one.confidence is None else f"{one.confidence:.2f}", _doubt(one)),
            Text(_MARKS[one.state], ink),
            Text(one_line(one.output, answer)) if one.output else Text(one.outcome, "yellow"),
            Text(one_line(one.input, 300), ink),
        )
    return _fitted(table, width)


def call_facts(call: LoggedCall, path: str, nearest: str) -> Iterator[tuple[str, str]]:
    """All that is known of a call, as pairs of a name and a text. `nearest`: the case that is nearest to it."""
    yield "call", call.id
    yield "answered", f"{call.served} by {call.model or 'a model that the log does not name'}"
    for name, value in call.input.items():
        yield name, value_text(value)
    yield "output", call.output or f"none: {call.outcome.value}{f', {call.error}' if call.error else ''}"
    if call.expected is not None:
        yield "expected", f"{value_text(call.expected)} (by the log)"
    yield "place", _place_words(call, path)
    if nearest:
        like = "" if call.likeness is None else f"{call.likeness:.2f}  "
        yield "nearest", f"{like}{nearest}"
    yield "state", call.state
    if call.weight != 1:
        yield "stands for", f"{call.weight:,.4g} calls"
    yield "masked", masked_words(call.masked or {})
    if facts := _measured(call):
        yield "measured", facts
    for name, value in (call.detail or {}).items():
        yield one_line(name, 30), value_text(value)


def next_lines(report: InboxReport, project: str, command: str, drafts: int) -> Iterator[str]:
    """What the figures mean, and what one does next. `command`: the one that gave this report; `drafts`: cases made of
    traffic that wait for review."""
    if not report.all.calls:
        if report.since or report.until:
            yield "no call was answered in that time"
        else:
            yield "no traffic yet: a log of the app brings it in"
            yield f"next: synterm import {project} LOG --as production      (docs/inbox.md says which logs)"
        return
    yield from (f"note: {note}" for note in report.notes)
    if report.unplaced.calls:
        yield f"next: synterm inbox {project} --replace      places what is not (pip install 'synterm[analysis]')"
    elif report.stale:
        yield f"cases changed since traffic was placed: synterm inbox {project} --replace places it again"
    if report.scattered is None and report.uncovered.calls:
        yield f"next: {command} --uncovered      puts what no case covers into clusters"
    if report.clusters:
        yield f"next: {command} --uncovered 1      the calls of the first cluster"
        yield f"      {command} --promote 1 --most 5 --into PATH      makes drafts of what is typical of it"
    elif low := next((row for row in report.behaviors if row.low), None):
        yield f"next: {command} --behavior '{low.path}' --low      what may be misplaced there"
    if drafts:
        yield f"{plural(drafts, 'draft')} of traffic to review: synterm review {project} --drafts"


def _table(figures: Sequence[str], texts: Sequence[str]) -> Table:
    table = new_table()
    for title in figures:
        table.add_column(title, justify="right" if title else "left", no_wrap=True)
    for title in texts:
        table.add_column(title, no_wrap=True, overflow="ellipsis")
    return table


def _fitted(table: Table, width: int) -> Table:
    """The last column gets the room that the others leave: they stay whole, however narrow the terminal is."""
    *others, last = table.columns
    taken = sum(max(cell_len(str(text)) for text in (column.header, *column.cells)) + 2 for column in others)
    last.max_width = max(width - taken, _LEAST)
    return table


def _add(table: Table, group: InboxGroup, most: float, name: Text) -> None:
    sure = low = Text("")
    if isinstance(group, PlacedGroup):
        sure = Text("" if group.confidence is None else f"{group.confidence:.2f}")
        low = Text(f"{group.low:,}" if group.low else "", "yellow")
    table.add_row(*_figures(group, most), sure, low, name)


def _figures(group: InboxGroup, most: float) -> Iterator[Text]:
    yield Text(percent(group.share), "bold")
    yield Text(interval(group.share_ci), "dim")
    yield Text(share_bar(group.share, most), "cyan")
    yield Text(f"{group.calls:,}")
    yield Text("all" if group.new == group.calls else f"{group.new:,}", "dim")


def _cluster(cluster: InboxCluster) -> Iterator[tuple[str, str]]:
    """A cluster's name, and what a call of it says."""
    yield one_line(cluster.name, 60), ""
    if example := next((text for text in cluster.examples if text != cluster.name), ""):
        yield f"  {one_line(example, 100)}", "dim"


def _doubt(one: CallRow) -> str:
    return "yellow" if one.confidence is not None and one.confidence < LOW_CONFIDENCE else ""


def _all(report: InboxReport) -> Iterator[InboxGroup]:
    yield from report.behaviors
    yield report.uncovered
    yield report.unplaced


def _place_words(call: LoggedCall, path: str) -> str:
    sure = "" if call.confidence is None else f", {call.confidence:.2f} sure"
    match call.placing:
        case "placed":
            return f"{path}{sure}"
        case "uncovered":
            return f"in none: no case is near enough{sure}"
        case _:
            return "nobody looked yet"


def _measured(call: LoggedCall) -> str:
    facts: list[Any] = [
        milliseconds(call.latency_ms) if call.latency_ms is not None else "",
        dollars(call.cost_usd) if call.cost_usd is not None else "",
        f"{call.usage.completion:,} tokens" if call.usage.completion else "",
        call.finish_reason or "",
    ]
    return ", ".join(fact for fact in facts if fact)
