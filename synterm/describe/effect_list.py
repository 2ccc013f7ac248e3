"""The effect of thresholds on a generation as a JSON document, a contract, and in lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.case import input_text
from synterm.core.generation import Generation
from synterm.describe.pipeline.effects import FilterEffect
from synterm.text import one_line, plural

_ROWS = 11
_BORDER = 4
"""Cases at the border that are told."""


class ThresholdRow(BaseModel):
    """What one threshold would keep."""

    threshold: float
    kept: int
    restored: int
    """How many it would bring back of those that were dropped. Filters that come later have not judged them."""
    dropped: int
    """How many it would drop of those that are kept."""


class EffectRow(BaseModel):
    """A filter, and what its thresholds would keep."""

    filter: str
    threshold: float
    """That of the generation."""
    keeps: Literal["below", "from"]
    """Which scores are kept: those below the threshold, or those from it on."""
    kept: int
    """How many are kept as things are."""
    thresholds: list[ThresholdRow]


class EffectDocument(BaseModel):
    """The filters of a generation whose threshold decides on a case. `synterm schema effect` prints it."""

    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    schema_version: Literal["synterm.effect/1"] = Field(default="synterm.effect/1", alias="schema")
    generation: str
    filters: list[EffectRow]


def effect_document(generation: Generation, effects: Sequence[FilterEffect]) -> EffectDocument:
    """The document."""
    return EffectDocument(generation=generation.id, filters=[_row(one) for one in effects])


def effect_lines(document: EffectDocument, effects: Sequence[FilterEffect]) -> Iterator[str]:
    """The same for people, with the cases at each border."""
    if not effects:
        yield "no filter of it has a threshold that decides on a case"
    for row, found in zip(document.filters, effects, strict=True):
        side = "drops from" if row.keeps == "below" else "drops below"
        yield f"{row.filter}: {side} {row.threshold:g}; {plural(row.kept, 'case')} kept now"
        for one in _thinned(row.thresholds, row.threshold):
            mark = "◂ as it was made" if one.threshold == row.threshold else ""
            changes = [f"{one.restored} back"] if one.restored else []
            changes += [f"{one.dropped} dropped"] if one.dropped else []
            yield f"  {one.threshold:>6g}  {one.kept:>6,} kept  {', '.join(changes):<24}{mark}".rstrip()
        for near in found.border(row.threshold, _BORDER):
            state = "kept   " if near.kept else "dropped"
            yield f"    {near.score:.3f} {state} {near.case.id[-8:]}  {one_line(input_text(near.case.input), 80)}"


def _row(found: FilterEffect) -> EffectRow:
    rows: list[ThresholdRow] = []
    for threshold in found.thresholds():
        back, gone = found.changes(threshold)
        rows.append(
            ThresholdRow(threshold=threshold, kept=found.kept(threshold), restored=len(back), dropped=len(gone))
        )
    return EffectRow(
        filter=found.name, threshold=found.threshold, keeps=found.side, kept=found.kept_now, thresholds=rows
    )


def _thinned(rows: Sequence[ThresholdRow], own: float) -> list[ThresholdRow]:
    """Those at which the count changes, and the generation's own; not too many."""
    telling = [
        row
        for before, row in zip((None, *rows), rows, strict=False)
        if before is None or row.kept != before.kept or row.threshold == own
    ]
    every = -(-len(telling) // _ROWS)
    return [row for at, row in enumerate(telling) if at % every == 0 or row.threshold == own] if telling else []
