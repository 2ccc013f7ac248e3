"""A run as a page of Markdown: the summary of a step, and the comment on a pull request.

A page is made of blocks that stand by themselves, the most important first, so that it can end after any of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import chain

from synterm.core.report import RunReport
from synterm.errors import ExitCode
from synterm.reports.figures import dollars, seconds
from synterm.reports.findings import headline
from synterm.reports.github.annotations import Reasons
from synterm.reports.github.markdown import span
from synterm.reports.github.rows import FailingCase, broken_rows, failing_rows
from synterm.reports.github.tables import comparison_tables, gates_table, reasons_table, variants_table
from synterm.text import plural

COMMENT_MOST = 65_000
"""Characters of a comment; GitHub takes 65,536 of them, as UTF-16 counts them."""
_LEVELS = {ExitCode.OK: "NOTE", ExitCode.GATE_FAILED: "CAUTION"}
_SUMMARY_ROWS, _COMMENT_ROWS = 100, 20
_SLUG = re.compile("[^a-z0-9]+")


def summary(report: RunReport, failing: Sequence[FailingCase], reasons: Reasons, room: int) -> str:
    """The summary of a step, of at most `room` bytes; `failing` are evaluations that failed, to be shown in full."""
    head = f"## {span(report.project)}\n\n{_alert(report)}"
    blocks = _blocks(report, failing, reasons, _SUMMARY_ROWS)
    return _fitted(chain([head], blocks), room, lambda text: len(text.encode()))


def comment(report: RunReport, failing: Sequence[FailingCase], reasons: Reasons, place: str) -> str:
    """The body of a comment on a pull request. Its first line is the marker by which it is found again.

    `place`: what tells the project from others of the repository, see `marker`.
    """
    head = f"{marker(place)}\n{_alert(report, report.project)}"
    blocks = _blocks(report, failing, reasons, _COMMENT_ROWS)
    return _fitted(chain([head], blocks), COMMENT_MOST, lambda text: len(text.encode("utf-16-le")) // 2)


def marker(place: str) -> str:
    """``<!-- synterm:evals-router-db-5c1d2e9a -->``: GitHub does not show it.

    `place` is the project file's path in the repository: two projects there may have one name, and a project that is
    made anew of its text has another id each time.
    """
    slug = _SLUG.sub("-", place.lower())[-80:].strip("-")
    digest = sha256(place.encode()).hexdigest()[:8]
    return f"<!-- synterm:{slug}-{digest} -->" if slug else f"<!-- synterm:{digest} -->"


def _alert(report: RunReport, project: str | None = None) -> str:
    """What it comes to, in a coloured box, and the figures below it."""
    totals, code = report.totals, ExitCode(report.exit_code)
    level = _LEVELS.get(code, "WARNING")
    said = headline(report)
    where = f"{span(project)}: " if project else ""
    counts = [
        plural(totals.cases, "case"),
        plural(len(report.variants), "variant"),
        f"{plural(totals.evaluations, 'evaluation')}, {totals.cached:,} from the project file",
        seconds(report.wall_s),
        dollars(totals.cost_usd),
        f"run {span(report.run_id)}",
    ]
    halted = f">\n> Halted: {span(report.halted, 400)}\n" if report.halted else ""
    return f"> [!{level}]\n> {where}**{said}** (exit {int(code)})\n{halted}\n{' · '.join(counts)}\n"


def _blocks(report: RunReport, failing: Sequence[FailingCase], reasons: Reasons, rows: int) -> Iterator[str]:
    yield variants_table(report)
    yield from gates_table(report)
    yield from comparison_tables(report)
    yield from broken_rows(report, rows)
    yield from failing_rows(report, failing, rows)
    yield from reasons_table(reasons)


def _fitted(blocks: Iterable[str], room: int, measure: Callable[[str], int]) -> str:
    """As many of the blocks as there is room for; the last one says so when some are left out."""
    page, left = list[str](), room - measure(_CUT)
    for block in blocks:
        left -= measure(block) + 1
        if left < 0:
            page.append(_CUT)
            break
        page.append(block)
    return "\n".join(page)


_CUT = "\n*There was no room for more: the run's JSON or JUnit report has all of it.*\n"
