"""What became of a log, as a document and in lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import input_text
from synterm.core.traffic import LoggedCall
from synterm.errors import InputError
from synterm.formats.verdict_import import NAMED
from synterm.formats.verdict_report import NamedRows
from synterm.production.intake import LogImported, LogWanted
from synterm.text import one_line, plural

_WIDTH = 100
_EXTRA = "pip install 'synterm[analysis]'"


class PreviewCall(BaseModel):
    """A call as it would be kept."""

    id: str
    served: str
    input: dict[str, Any]
    output: str
    outcome: str
    model: str
    expected: Any
    weight: float
    masked: dict[str, int]
    detail: dict[str, Any]


class LogImportReport(BaseModel):
    """What became of each row of a log."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.log-import/1"] = Field(default="synterm.log-import/1", alias="schema")
    log_id: str | None
    """What takes the log back: synterm import PROJECT --undo ID. None where nothing of it is in the project."""
    file: str
    format: str
    sha256: str
    """Of the whole file; empty for stdin."""
    rows: int
    kept: int
    left_out: int
    """By the sampling; those that were kept stand for them."""
    duplicates: int
    """There already, or twice in the log."""
    wrong: NamedRows
    """No calls: left out."""
    stands_for: float
    """For how many calls those that were kept stand."""
    placed: float | None
    """Which share of these has a behavior; None where nothing was placed."""
    uncovered: float | None
    """Which share of these has none."""
    sampling: str
    masking: tuple[str, ...]
    """What was looked for; empty where masking was switched off."""
    not_looked_for: tuple[str, ...]
    """What can't be looked for without the extra `analysis`."""
    masked: dict[str, int]
    """How many were masked, by kind, in the calls that were kept."""
    first: str
    last: str
    mapping: dict[str, str]
    """By variable of the prompt, the column."""
    facts: dict[str, str]
    """By what the log says of a call, the column; empty where the format says it itself."""
    expected: str | None
    notes: list[str]
    preview: list[PreviewCall]


def log_report(found: LogImported, wanted: LogWanted) -> LogImportReport:
    """The document."""
    there = wanted.write and bool(found.calls.kept or found.before)
    placed = found.calls.placed + found.calls.uncovered > 0
    return LogImportReport(
        log_id=found.log.id if there else None,
        file=found.log.file,
        format=found.log.format,
        sha256=found.log.sha256,
        rows=found.rows,
        kept=found.calls.kept,
        left_out=found.calls.left_out,
        duplicates=found.calls.duplicates,
        wrong=NamedRows(count=found.wrong.count, first=[_words(error) for error in found.wrong.first]),
        stands_for=round(found.calls.stands_for, 3),
        placed=found.calls.placed / found.calls.stands_for if placed else None,
        uncovered=found.calls.uncovered / found.calls.stands_for if placed else None,
        sampling=wanted.sampling_words,
        masking=wanted.masker.kinds if wanted.masker else (),
        not_looked_for=wanted.masker.missing if wanted.masker else (),
        masked=found.calls.masked,
        first=found.calls.first,
        last=found.calls.last,
        mapping=dict(found.columns.inputs),
        facts=dict(found.table.by_fact) if found.table else {},
        expected=found.columns.expected,
        notes=found.notes,
        preview=[_preview(call) for call in found.calls.shown],
    )


def log_lines(found: LogImported, wanted: LogWanted, project: str) -> Iterator[str]:
    """What a person reads of it."""
    only = "the first " if found.rows == wanted.limit else ""
    yield f"{one_line(found.log.file)}: {found.log.format}, {only}{plural(found.rows, 'row')}"
    if words := ", ".join(filter(None, (found.columns.words(), found.table.words() if found.table else ""))):
        yield f"  {words}"
    yield from (f"  note: {note}" for note in found.notes)
    yield from _wrong(found)
    yield _kept(found, wanted)
    yield from (f"  {line}" for line in _more(found, wanted))
    if wanted.write and (found.calls.kept or found.before):
        yield f"next: synterm inbox {project}"
        yield f"synterm import {project} --undo {found.log.id[-8:]} takes it back"


def shown_rows(found: LogImported) -> Iterator[tuple[str, ...]]:
    """The first calls that are kept, a row of cells for each."""
    for call in found.calls.shown:
        answer = call.output if call.outcome.answered and call.output else call.error or call.outcome.value
        yield call.served, call.model, *(one_line(cell, _WIDTH) for cell in (input_text(call.input), answer))


def _kept(found: LogImported, wanted: LogWanted) -> str:
    kept = plural(found.calls.kept, "call")
    told = f"kept {kept}" if wanted.write else f"{kept} would be kept; nothing was written"
    if found.calls.left_out:
        told += f", which stand for {found.calls.stands_for:,.0f}"
    return told


def _more(found: LogImported, wanted: LogWanted) -> Iterator[str]:
    if found.calls.left_out:
        yield f"{found.calls.left_out:,} left out by --sample and --keep: {wanted.sampling_words}"
    if found.calls.duplicates:
        yield f"{found.calls.duplicates:,} left out, there already"
    if found.calls.kept:
        yield f"answered from {found.calls.first} to {found.calls.last}"
    yield from _masking(found, wanted)
    if found.calls.placed + found.calls.uncovered:
        yield (
            f"{found.calls.placed / found.calls.stands_for:.1%} of it has a behavior, "
            f"{found.calls.uncovered / found.calls.stands_for:.1%} is uncovered"
        )


def _masking(found: LogImported, wanted: LogWanted) -> Iterator[str]:
    if wanted.masker is None:
        yield "! nothing was masked (--no-mask)"
        return
    yield f"masked: {_counts(found.calls.masked)}"
    if wanted.masker.missing:
        yield f"! not looked for: {', '.join(wanted.masker.missing)}; {_EXTRA} brings what finds them"


def _counts(counts: Mapping[str, int]) -> str:
    listed = sorted(counts.items(), key=lambda item: -item[1])
    return ", ".join(f"{times:,} × [{kind}]" for kind, times in listed) or "nothing was found"


def _wrong(found: LogImported) -> Iterator[str]:
    if not found.wrong.count:
        return
    yield f"{plural(found.wrong.count, 'row')} not kept:"
    yield from (f"  {_words(error)}" for error in found.wrong.first)
    if found.wrong.count > NAMED:
        yield f"  and {found.wrong.count - NAMED:,} more"


def _words(error: InputError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)


def _preview(call: LoggedCall) -> PreviewCall:
    return PreviewCall(
        id=call.id,
        served=call.served,
        input=call.input,
        output=call.output,
        outcome=call.outcome.value,
        model=call.model,
        expected=call.expected,
        weight=call.weight,
        masked=call.masked or {},
        detail=call.detail or {},
    )
