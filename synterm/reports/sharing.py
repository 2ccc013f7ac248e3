"""What is in a copy to give away, for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from synterm.core.sharing import SharedFind, ShareReport
from synterm.text import megabytes, one_line, plural


def share_lines(report: ShareReport, *, dry_run: bool = False) -> Iterator[str]:
    """The lines: what it holds, what was found in it, and whether it was made."""
    yield f"holds {_counted(report.counts) or 'nothing'}"
    if report.left_out:
        yield f"without {', '.join(report.left_out)}"
    if report.removed:
        yield f"left behind, as it was deleted in the project or belonged to what was: {_counted(report.removed)}"
    for line in report.asks:
        yield f"asks      whoever opens it, to {one_line(line, 200)}"
    for find in report.keys:
        yield f"KEY       {_told(find)}"
    for find in report.people:
        yield f"personal  {_told(find)}"
    if report.names:
        yield f"names     {plural(report.names, 'name')} of people who ran, judged or found something (--without names)"
    if report.waiting:
        yield f"not in it: {plural(report.waiting, 'answer')} that the project file could not take yet; open that first"
    if report.not_looked_for:
        yield f"not looked for without pip install 'synterm[analysis]': {', '.join(report.not_looked_for)}"
    yield _outcome(report, dry_run=dry_run)


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(plural(count, words.removesuffix("s")) for words, count in counts.items())


def _told(find: SharedFind) -> str:
    first = f"{find.kind} {find.sample}"
    return f"{find.count:,} in {find.place}: {one_line(first, 100)}, first in row {one_line(find.row)}"


def _outcome(report: ShareReport, *, dry_run: bool) -> str:
    if report.out:
        return f"made {one_line(report.out)} ({megabytes(report.size)})"
    if report.exit_code:
        return "it holds keys: nothing was written"
    return f"nothing was written; it would be {megabytes(report.size)}" if dry_run else "nothing was written"
