"""What became of an import, as a document and in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import Split, value_text
from synterm.errors import InputError
from synterm.formats.case_import import Imported
from synterm.formats.import_labels import unknown_words
from synterm.formats.verdict_import import NAMED, Listed
from synterm.formats.verdict_report import NamedRows
from synterm.storage.imports import Undone
from synterm.text import one_line, plural

_WIDTH = 100
_SHOWN_PLACES = 20


class PreviewCase(BaseModel):
    """A case as it would be."""

    scenario: str
    row: int
    input: dict[str, Any]
    expected: Any
    tags: tuple[str, ...]
    split: Split


class CaseImportReport(BaseModel):
    """What became of each row."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.import/1"] = Field(default="synterm.import/1", alias="schema")
    import_id: str | None
    """What takes the import back: synterm import PROJECT --undo ID. None where nothing was written."""
    file: str
    format: str
    sha256: str
    rows: int
    kept: int
    duplicates: NamedRows
    """In the scenario already, or twice in the file: left out."""
    wrong: NamedRows
    """Can't be cases: left out."""
    mapping: dict[str, str]
    """By variable of the prompt, the column; empty where inputs keep the file's names."""
    expected: str | None
    """The column of the expected result; None where the format says it itself, or there is none."""
    scenarios: dict[str, int]
    """How many cases each got, by path."""
    made: list[str]
    """The scenarios that were made."""
    unknown_labels: dict[str, int] = Field(default_factory=dict)
    """What new cases expect though no label check of theirs knows it, and how many do."""
    notes: list[str]
    preview: list[PreviewCase]


def import_report(found: Imported, *, written: bool) -> CaseImportReport:
    """The document."""
    return CaseImportReport(
        import_id=found.import_id if written and found.kept else None,
        file=found.file,
        format=found.format,
        sha256=found.sha256,
        rows=found.rows,
        kept=found.kept,
        duplicates=_named(found.duplicates),
        wrong=_named(found.wrong),
        mapping=dict(found.columns.inputs),
        expected=found.columns.expected,
        scenarios=found.scenarios,
        made=found.made,
        unknown_labels=found.unknown_labels,
        notes=found.notes,
        preview=[
            PreviewCase(
                scenario=path,
                row=case.origin.detail["row"],
                input=case.input,
                expected=case.expected,
                tags=case.tags,
                split=case.split,
            )
            for path, case in found.shown
        ],
    )


def import_lines(found: Imported, project: str, *, written: bool, first: int | None = None) -> Iterator[str]:
    """What a person reads of it. `first`: only so many rows were read."""
    only = "the first " if found.rows == first else ""
    yield f"{one_line(found.file)}: {found.format}, {only}{plural(found.rows, 'row')}"
    if words := found.columns.words():
        yield f"  {words}"
    yield from (f"  note: {note}" for note in found.notes)
    yield from _listed(found.wrong, "not kept")
    yield from _listed(found.duplicates, "left out, there already; --duplicates keeps them", 5)
    kept = plural(found.kept, "case")
    yield f"kept {kept}" if written else f"{kept} would be kept; nothing was written"
    for path, count in list(found.scenarios.items())[:_SHOWN_PLACES]:
        new = (", which was made" if written else ", which would be made") if path in found.made else ""
        yield f"  {count:,} in {one_line(path)}{new}"
    if (more := len(found.scenarios) - _SHOWN_PLACES) > 0:
        yield f"  and {plural(more, 'scenario')} more"
    if found.unjudged and written:
        where = one_line(found.unjudged[0])
        new = plural(len(found.unjudged), "new scenario")
        yield f"no check judges {new} yet: synterm edit {project} scenario '{where}' --check …"
    for prompt, names in found.missing.items():
        yield f"note: some have no value for {', '.join(names)}, which prompt {one_line(prompt)!r} needs"
    if found.unknown_labels:
        yield f"! expected, but no label of the checks: {unknown_words(found.unknown_labels)}"
        if written:
            yield f"  synterm ls {project} cases --where flag:unknown-label lists them"
    if found.kept and written:
        yield f"synterm import {project} --undo {found.import_id[-8:]} takes it back"


def preview_rows(found: Imported) -> Iterator[tuple[str, ...]]:
    """The first cases, a row of cells for each."""
    for path, case in found.shown:
        cells = (f"row {case.origin.detail['row']}", case.split, value_text(case.expected), case.title)
        yield (*(one_line(cell, _WIDTH) for cell in cells), ",".join(case.tags), path)


def undone_lines(undone: Undone, paths: list[str], name: str, project: str) -> Iterator[str]:
    """What a person reads of an import that was taken back."""
    gone = f", and {plural(undone.gone, 'node')} of the tree that it had made" if undone.gone else ""
    yield f"removed {plural(undone.removed, 'case')} of {name}{gone}"
    for ids, why in ((undone.changed, "changed since"), (undone.seeds, "others were made from it")):
        if ids:
            more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
            shown = ", ".join(case_id[-8:] for case_id in ids[:NAMED])
            yield f"{plural(len(ids), 'case')} {'stays' if len(ids) == 1 else 'stay'}, {why}: {shown}{more}"
    for path in paths[:_SHOWN_PLACES]:
        yield f"{one_line(path)} is empty now: synterm rm {project} node '{one_line(path)}'"


def _listed(listed: Listed[InputError], what: str, shown: int = NAMED) -> Iterator[str]:
    if not listed.count:
        return
    yield f"{plural(listed.count, 'row')} {what}:"
    yield from (f"  {_words(error)}" for error in listed.first[:shown])
    if listed.count > shown:
        yield f"  and {listed.count - shown:,} more"


def _named(listed: Listed[InputError]) -> NamedRows:
    return NamedRows(count=listed.count, first=[_words(error) for error in listed.first])


def _words(error: InputError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)
