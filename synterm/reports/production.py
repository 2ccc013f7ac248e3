"""Which calls of production a run judged, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator

from synterm.core.production import ProductionReport
from synterm.text import plural

_WHO = {"log": "the log tells", "behavior": "all cases of the behavior expect the same"}


def production_lines(report: ProductionReport) -> Iterator[str]:
    """What was judged, what was not and why, and by what."""
    if report.calls:
        yield calls_line(report)
    yield from detail_lines(report)


def calls_line(report: ProductionReport) -> str:
    """How many calls were judged, and from when they are."""
    return f"{plural(report.calls, 'logged call')}{_stands_for(report)}{_when(report)}"


def detail_lines(report: ProductionReport) -> Iterator[str]:
    """What was not judged and why, and by what the others were."""
    if report.not_judged:
        yield f"not judged: {', '.join(f'{number:,} {why}' for why, number in report.not_judged.items())}"
    if report.unanswered:
        yield f"{plural(report.unanswered, 'call')} without an answer in the log: errors, and no failures"
    for who, number in report.expected.items():
        yield f"what was expected of {plural(number, 'call')}: {_WHO.get(who, who)}"
    unknown = report.calls - sum(report.expected.values())
    if unknown:
        yield f"{plural(unknown, 'call')} judged by what can be said where nothing is expected: that is easier to pass"
    for one in report.left_out:
        yield f"left out for {plural(one.calls, 'call')}: {one.type}, since {one.why}"


def _stands_for(report: ProductionReport) -> str:
    if abs(report.stands_for - report.calls) < 0.5:
        return ""
    how = "; rates are estimated with their weights" if report.weighted else ""
    return f", standing for {plural(round(report.stands_for), 'call')}{how}"


def _when(report: ProductionReport) -> str:
    return f", answered from {_minute(report.first)} to {_minute(report.last)} UTC" if report.first else ""


def _minute(when: str) -> str:
    return when[:16].replace("T", " ")
