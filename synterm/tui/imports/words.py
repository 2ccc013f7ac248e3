"""An import in words: what the first rows become, how far it is, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from synterm.core.case import value_text
from synterm.formats.case_import import Fate, Imported
from synterm.text import one_line, plural, printable
from synterm.tui.imports.deed import Importing, undone_words
from synterm.tui.imports.reading import Head
from synterm.tui.screens.text import MUTED, facts, section
from synterm.tui.widgets.table import Cell, TableColumn

COLUMNS = (
    TableColumn("", 1),
    TableColumn("line", 6, right=True),
    TableColumn("input"),
    TableColumn("expected", 14, rank=1),
    TableColumn("split", 7, rank=3),
    TableColumn("tags", 12, rank=4),
    TableColumn("scenario", 18, rank=2),
)
"""Of the preview."""
_MARKS = {"new": ("✓", "pass"), "there": ("=", "dim"), "wrong": ("✗", "fail")}
_NAMED = 3


def wrong_words(fate: Fate) -> tuple[str, str]:
    """The line of a row that can't be a case, and why."""
    return _line(fate), fate.why


def fate_cells(fate: Fate) -> list[Cell]:
    """A row of the preview."""
    case = fate.case
    if case is None:
        return [_MARKS["wrong"], (_line(fate), "dim"), (fate.why, "fail"), ("", ""), ("", ""), ("", ""), ("", "")]
    ink = "dim" if fate.kind == "there" else ""
    return [
        _MARKS[fate.kind],
        (_line(fate), "dim"),
        (case.title, ink),
        (value_text(case.expected), ink),
        (case.split, ink),
        (",".join(case.tags), ink),
        (fate.path.rpartition("/")[2], ink),
    ]


def _line(fate: Fate) -> str:
    """``17`` of ``utterances.csv line 17``."""
    return fate.where.rpartition(" ")[2]


def counts_words(found: Imported) -> str:
    """``✓ 180 new  = 15 there already  ✗ 5 can't be cases``."""
    parts = [f"✓ {found.kept:,} new"]
    parts += [f"= {found.duplicates.count:,} there already"] if found.duplicates.count else []
    parts += [f"✗ {found.wrong.count:,} can't be cases"] if found.wrong.count else []
    return "  ".join(parts)


def size_words(head: Head) -> str:
    """``CSV … · 1.2 MB · about 100,000 rows``."""
    rows = plural(len(head.rows), "row") if head.whole else f"about {head.about:,} rows" if head.about else "many rows"
    path = head.file.path
    return " · ".join([head.source.title, *([bytes_words(path.stat().st_size)] if path.is_file() else []), rows])


def bytes_words(size: int) -> str:
    """``1.2 MB``."""
    for unit, each in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= each:
            return f"{size / each:.1f} {unit}"
    return f"{size} B"


def progress_words(work: Importing, about: int | None, seconds: float) -> str:
    """``importing  34,000 of about 100,000 rows · 33,120 new · 9,800 rows a second · about 7 s left · esc stops``."""
    found = work.found
    if found is None:
        return "reading … esc stops"
    rate = found.rows / seconds if seconds else 0.0
    of = f" of about {about:,}" if about and about > found.rows else ""
    left = [f"about {(about - found.rows) / rate:.0f} s left"] if about and rate and about > found.rows else []
    parts = [f"{found.rows:,}{of} rows", counts_words(found), f"{rate:,.0f} rows a second", *left, "esc stops"]
    return f"importing  {' · '.join(parts)}"


def result_lines(work: Importing, seconds: float) -> Iterator[Content]:
    """What came of it, and what to do next."""
    found, wrote = work.found, work.wrote
    assert found is not None
    if work.undone is not None:
        yield Content.styled(f"↶ {undone_words(work.undone)}", "$text-warning")
        return
    mark, style = ("✓", "bold $text-success") if wrote else ("=", "bold $text-warning")
    said = f"{mark} {plural(wrote, 'case')} imported" if wrote else "= nothing new in it: no case was imported"
    if work.problem is not None or work.stopped:
        said, style = f"◌ stopped on the way with {plural(wrote, 'case')} there", "bold $text-warning"
    back = " · u takes all of it back" if wrote else ""
    yield Content.assemble((said, style), (f"  {plural(found.rows, 'row')} in {seconds:.1f} s{back}", MUTED))
    if work.problem is not None:
        yield Content.styled(printable(str(work.problem)), "$text-error")
    if found.scenarios and wrote:
        yield Content(f"in {_places(found)}")
    if found.unjudged:
        yield Content.styled("no check judges them yet: e on the scenario in the workbench adds one", "$text-warning")
    for prompt, names in list(found.missing.items())[:_NAMED]:
        lacking = one_line(f"some have no value for {', '.join(names)}, which {prompt} needs", 160)
        yield Content.styled(lacking, "$text-warning")
    if found.duplicates.count:
        yield Content(f"{plural(found.duplicates.count, 'row')} left out: there already")
    if found.wrong.count:
        yield Content.styled(f"{plural(found.wrong.count, 'row')} can't be cases:", "$text-error")
        yield from (Content(f"    {one_line(str(error), 160)}") for error in found.wrong.first[:_NAMED])
        if (more := found.wrong.count - _NAMED) > 0:
            yield Content(f"    and {more:,} more")


def fate_text(fate: Fate) -> list[Content]:
    """All of a row of the preview."""
    if fate.case is None:
        return [Content.styled(printable(f"{fate.where}: {fate.why}"), "$text-error")]
    case = fate.case
    state = "would be a new case" if fate.kind == "new" else "is there already, and would be left out"
    said = [("expected", value_text(case.expected)), ("split", case.split), ("status", case.status)]
    said += [("tags", ", ".join(case.tags)), ("scenario", fate.path), ("origin", case.origin.kind)]
    values = [part for name, value in case.input.items() for part in (section(name), Content(_whole(value)))]
    return [Content(f"{printable(fate.where)} {state}"), facts(said), *values]


def _whole(value: object) -> str:
    return printable(value_text(value))[:20_000]


def _places(found: Imported) -> str:
    new = set(found.made)
    shown: Sequence[str] = list(found.scenarios)[:_NAMED]
    words = [f"{one_line(path, 80)} ({found.scenarios[path]:,}{', new' if path in new else ''})" for path in shown]
    more = len(found.scenarios) - _NAMED
    return ", ".join(words) + (f" and {plural(more, 'scenario')} more" if more > 0 else "")
