"""What became of a file of verdicts, as a document and in lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.errors import InputError
from synterm.formats.verdict_import import NAMED, Imported, Listed
from synterm.text import plural


class NamedRows(BaseModel):
    """Rows of one kind: all counted, the first 20 named."""

    count: int
    first: list[str]


class ImportReport(BaseModel):
    """What became of each row."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.verdict_import/1"] = Field(default="synterm.verdict_import/1", alias="schema")
    rows: int
    reviews: int
    """Reviewers' verdicts that are kept now."""
    feedback: int
    """Users' verdicts that are kept now."""
    open: int
    """Rows without a verdict."""
    unmatched: NamedRows
    """About no case of the project: not kept."""
    wrong: NamedRows
    """Can't be read: not kept."""
    unseen: NamedRows
    """Kept, about answers that the project never got."""


def import_report(found: Imported) -> ImportReport:
    """The document."""
    return ImportReport(
        rows=found.rows,
        reviews=found.reviews,
        feedback=found.feedback,
        open=found.open,
        unmatched=_named(found.unmatched),
        wrong=_named(found.wrong),
        unseen=_named(found.unseen),
    )


def import_lines(found: Imported) -> Iterator[str]:
    """What a person reads of it."""
    kept = f"{plural(found.reviews, 'review')} and {plural(found.feedback, 'verdict')} of users"
    left = f", {plural(found.open, 'row')} without a verdict" if found.open else ""
    yield f"{plural(found.rows, 'row')}: kept {kept}{left}"
    yield from _lines(found.unseen, "kept, about answers that the project never got: they count once a model gives one")
    yield from _lines(found.unmatched, "not kept, about no case of the project")
    yield from _lines(found.wrong, "not kept, can't be read")


def _lines(listed: Listed[InputError], what: str) -> Iterator[str]:
    if not listed.count:
        return
    yield f"{plural(listed.count, 'row')} {what}:"
    yield from (f"  {_words(error)}" for error in listed.first)
    if listed.count > NAMED:
        yield f"  and {listed.count - NAMED:,} more"


def _named(listed: Listed[InputError]) -> NamedRows:
    return NamedRows(count=listed.count, first=[_words(error) for error in listed.first])


def _words(error: InputError) -> str:
    return f"{error}; {error.hint}" if error.hint else str(error)
