"""The whole page, written part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from synterm import __version__
from synterm.core.case import input_text, value_text
from synterm.core.report import RunReport
from synterm.evaluate.recount import looker
from synterm.evaluate.report import RunResult
from synterm.evaluate.steadiness import Steadiness
from synterm.reports.comparison import counts
from synterm.reports.figures import dollars, interval, milliseconds, p_figure, percent
from synterm.reports.html import changes, facts, standing
from synterm.reports.html.choice import Choice
from synterm.reports.html.island import island
from synterm.reports.html.policy import content_policy
from synterm.reports.html.rows import Row, Rows
from synterm.reports.json import write_parts
from synterm.reports.tables import short_names
from synterm.storage.base import chunks
from synterm.storage.project import Project
from synterm.storage.recorded import Recorded, Verdicts
from synterm.text import one_line, plural, printable

_PAGE = Path(__file__).parent / "page"
_WITHOUT_SCRIPT = 200
"""So many evaluations can be read without the script."""
_CHUNK = 250
"""Evaluations that are held at a time."""


def write_html(
    project: Project,
    report: RunReport,
    result: RunResult,
    target: str,
    *,
    most: int | None,
    recounted: bool = False,
) -> Choice:
    """Write a run's report as one HTML file, and give which evaluations stand in it.

    `most`: so many evaluations at most, those that failed first; None: all. `recounted`: the report was made anew from
    a recorded run. To the file `target`, all of it or nothing, or to stdout for ``-``. Raises InputError when it can't
    be written, ProjectError.
    """
    choice = Choice(result.sheet, most)
    write_parts(_parts(project, report, result, choice, recounted), target)
    return choice


def _parts(project: Project, report: RunReport, result: RunResult, choice: Choice, recounted: bool) -> Iterator[str]:
    tree = result.tree
    names = [variant.name for variant in result.variants]
    # What was found in the documents is not recorded.
    look = _nothing if recounted else looker(result)
    rows = Rows(tree, names, look, Steadiness(result.sheet, tree).of())
    taken = map(rows.row, choice.of(_failing_first(project, report.run_id)))
    first = list(islice(taken, _WITHOUT_SCRIPT))
    gates = standing.gate_lines(report)
    changed = changes.shown_changes(project, report, result)
    style, script = (own_file(name) for name in ("report.css", "report.js"))
    return (
        environment()
        .get_template("report.html")
        .generate(
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704
            policy=content_policy(style, script),
            version=__version__,
            written=facts.when(datetime.now(UTC).isoformat()),
            report=report,
            recounted=recounted,
            gates=gates,
            standing=standing.standing(report, gates, changed),
            headline=facts.headline(report),
            facts=list(facts.facts(report, result, project.runs.get(report.run_id))),
            asked=facts.asked(project, result),
            short=short_names(report.variants),
            changes_title=changes.title(report.comparison),
            changes=changed,
            behaviors=standing.behavior_rows(report, result),
            metrics=sorted({name for variant in report.variants for name in variant.metrics}),
            reasons=result.sheet.reasons,
            choice=choice,
            first=first,
            data=_data(report, rows, chain(first, taken)),
        )
    )


def _nothing(_done: Recorded) -> None:
    return None


def _failing_first(project: Project, run_id: str) -> Iterator[Recorded]:
    for verdict in (Verdicts.FAILED, Verdicts.NONE, Verdicts.PASSED):
        yield from project.runs.recorded(run_id, verdict)


def _data(report: RunReport, rows: Rows, taken: Iterable[Row]) -> Iterator[Markup]:
    """What the script reads: first the names of variants, then the rows, some at a time."""
    names = ([variant.name for variant in report.variants], short_names(report.variants))
    yield island(dict(zip(("variants", "short"), ([*map(printable, each)] for each in names), strict=True)))
    for some in chunks(taken, _CHUNK):
        yield island(rows.chunk(some))


@cache
def environment() -> Environment:
    """What makes pages of the templates here: whatever is put in is text."""
    environment = Environment(
        loader=FileSystemLoader(_PAGE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Any] = {
        "percent": percent,
        "counts": counts,
        "p_figure": p_figure,
        "bounds": interval,
        "dollars": dollars,
        "milliseconds": milliseconds,
        "one_line": one_line,
        "plural": plural,
        "input_text": input_text,
        "value_text": value_text,
        "clean": printable,
        "spaced": _spaced,
    }
    names: dict[str, Any] = {"MARKS": standing.MARKS}
    environment.filters.update(filters)
    environment.globals.update(names)
    return environment


def _shown(value: Any) -> Any:
    """Whatever text is put in can't reorder or hide what stands around it; what it says to HTML is escaped after."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _spaced(path: str) -> str:
    """A path that can be broken into lines."""
    return one_line(path.replace("/", " / "))


@cache
def own_file(name: str) -> str:
    """The text of a file beside the templates."""
    return (_PAGE / name).read_text(encoding="utf-8")
