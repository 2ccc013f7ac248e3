"""Drift for people: what changed, how windows went, and what could not be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from synterm.core.drift import DriftAlarm, DriftPart, DriftReport, DriftWindow, NewFailureType
from synterm.reports.distill import quoted, sparkline
from synterm.reports.figures import interval, milliseconds, percent
from synterm.text import one_line, plural

_PATH = 44
_BEHAVIORS = 12
_WIDEST = 30
"""Windows of a sparkline: the last ones."""
_FEW = 5
"""Findings that are told of each kind but alarms."""
_TYPES = 8
_ID = 8


def head_lines(report: DriftReport) -> Iterator[str]:
    """What it comes to in some lines."""
    calls = sum(one.whole.calls for one in report.windows)
    against = f", against {report.reference.words}" if report.reference else ""
    yield (
        f"{one_line(report.project)}: {plural(calls, 'call')} in {plural(len(report.windows), 'window')} "
        f"by {_by(report.by)}{one_line(against)}"
    )
    yield from (f"note: {one_line(note)}" for note in report.notes)


def report_lines(report: DriftReport) -> Iterator[str]:
    """All of it, part by part; every line is safe to show."""
    yield from finding_lines(report)
    if report.windows:
        yield ""
        yield from window_lines(report)
    if report.new_failures:
        yield ""
        yield from failure_lines(report.new_failures)


def finding_lines(report: DriftReport) -> Iterator[str]:
    """Alarms in full, the rest in short."""
    by_state = {
        state: [one for one in report.findings if one.state == state]
        for state in ("alarm", "better", "not enough evidence", "no change found")
    }
    alarms = by_state["alarm"]
    if not report.findings:
        return
    yield f"{plural(len(alarms), 'alarm')}" if alarms else "no alarm"
    yield from alarm_lines(alarms)
    for one in by_state["better"]:
        yield f"  {_arrow(one)} {one_line(one.words)}; {one.sure}: that is for the better"
    yield from _short("not enough evidence for", by_state["not enough evidence"])
    if still := by_state["no change found"]:
        yield f"  = no change found in {plural(len(still), 'other question')}: --json - lists them"


def alarm_lines(alarms: Iterable[DriftAlarm]) -> Iterator[str]:
    """What each alarm says, and what to do about it."""
    for one in alarms:
        yield f"  {_arrow(one)} ALARM {one.kind}: {one_line(one.words)}; {one.sure}"
        yield from (f"      e.g. {quoted(text)}" for text in one.examples)
        yield f"      next: {one_line(one.next)}"


def window_lines(report: DriftReport) -> Iterator[str]:
    """How shares and pass rates went over the windows, behavior by behavior; the last figure with its interval."""
    windows = report.windows[-_WIDEST:]
    before = report.reference.inputs if report.reference else None
    last = windows[-1]
    yield f"{windows[0].name} to {last.name}{'' if last.is_complete else ' (so far)'}, each bar a window"
    yield f"  {'':<{_PATH}}  {'share':<{_wide(windows)}}  now (95 %)       pass rate"
    paths = dict.fromkeys(part.behavior for one in windows for part in one.behaviors)
    ranked = sorted(paths, key=lambda path: -sum(_of(one, path).stands_for for one in windows))
    for path in ranked[:_BEHAVIORS]:
        yield _row(path, [_of(one, path) for one in windows], before and _of(before, path))
    if len(ranked) > _BEHAVIORS:
        yield f"  … and {len(ranked) - _BEHAVIORS:,} behaviors more: --json - lists all"
    if any(one.uncovered.calls for one in windows):
        yield _row("(covered by no case)", [one.uncovered for one in windows], before and before.uncovered)
    yield _row("(all)", [one.whole for one in windows], before and before.whole)
    yield from _of_last(last, before)


def failure_lines(found: Sequence[NewFailureType]) -> Iterator[str]:
    """Failures that are like none that was known."""
    yield f"{plural(len(found), 'new failure type')}"
    for one in found[:_TYPES]:
        kept = "  (handed over to Distill)" if one.kept else ""
        yield f"  ★ {one_line(one.name, 100)}{kept}"
        yield (
            f"    {one.cluster}  {plural(one.calls, 'call')}, {plural(one.inputs, 'different input')}, "
            f"{percent(one.share)} of what was judged; in {', '.join(one_line(path, 60) for path in one.behaviors)}"
        )
        yield f"    {one_line(one.hypothesis, 300)}"
        for example in one.examples:
            yield f"      {example.call_id[-_ID:]}  {quoted(example.input)} → {one_line(example.got, 40)}"
    if len(found) > _TYPES:
        yield f"  … and {len(found) - _TYPES:,} more: --json - lists all"


def _short(words: str, found: Sequence[DriftAlarm]) -> Iterator[str]:
    if not found:
        return
    yield f"  ? {words} {plural(len(found), 'question')}:"
    yield from (f"      {one_line(one.words)}" for one in found[:_FEW])
    if len(found) > _FEW:
        yield f"      … and {len(found) - _FEW:,} more: --json - lists all"


def _row(path: str, parts: Sequence[DriftPart], before: DriftPart | None) -> str:
    name = one_line(path, _PATH)
    shares = [one.share or 0.0 for one in parts]
    last = parts[-1]
    share = f"{percent(last.share):>5} {interval(last.share_ci):<7}" if last.share is not None else f"{last.calls:>5,}"
    bars = sparkline([round(one * 1000) for one in shares], round(max(shares) * 1000)) if any(shares) else ""
    mark = _way(before.share if before else None, last.share)
    rates = [one.pass_rate for one in parts]
    judged = [one for one in rates if one]
    passes = ""
    if judged:
        line = "".join(sparkline([round(one.rate * 1000)], 1000) if one else "·" for one in rates)
        old = before.pass_rate.rate if before and before.pass_rate else None
        passes = f"{line} {percent(judged[-1].rate)} {interval(judged[-1].ci)} {_way(old, judged[-1].rate)}"
    return f"  {name:<{_PATH}}  {bars:<{len(parts)}} {mark} {share:<15}  {passes}".rstrip()


def _of_last(last: DriftWindow, before: DriftWindow | None) -> Iterator[str]:
    facts = [f"{last.whole.length:,.0f} characters an input"]
    if last.whole.latency_ms is not None:
        facts.append(f"{milliseconds(last.whole.latency_ms)} an answer (median)")
    if last.whole.errors and last.whole.errors.rate:
        facts.append(f"{percent(last.whole.errors.rate)} without an answer")
    if last.languages:
        facts.append(", ".join(f"{code} {percent(share)}" for code, share in [*last.languages.items()][:4]))
    yield f"  {last.name}: {'; '.join(facts)}"
    if before:
        old = [f"{before.whole.length:,.0f} characters an input"]
        if before.whole.latency_ms is not None:
            old.append(f"{milliseconds(before.whole.latency_ms)} an answer")
        yield f"  before: {'; '.join(old)}"


def _of(window: DriftWindow, path: str) -> DriftPart:
    empty = DriftPart(
        behavior=path,
        calls=0,
        stands_for=0,
        inputs=0,
        share=0.0,
        share_ci=None,
        passed=0,
        judged=0,
        pass_rate=None,
        errors=None,
        latency_ms=None,
        length=0,
    )
    return next((one for one in window.behaviors if one.behavior == path), empty)


def _way(before: float | None, now: float | None) -> str:
    """Which way it went, sure or not."""
    if before is None or now is None or round(before * 100) == round(now * 100):
        return " "
    return "▲" if now > before else "▼"


def _arrow(one: DriftAlarm) -> str:
    return "◆" if one.before is None else "▲" if one.is_up else "▼"


def _by(by: str) -> str:
    return by if not by.isdecimal() else f"{int(by):,} calls"


def _wide(windows: Sequence[DriftWindow]) -> int:
    return max(len(windows) + 2, 5)
