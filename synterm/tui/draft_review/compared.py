"""A draft and its seed, word by word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from synterm.core.case import value_text
from synterm.describe.review.drafts import Draft
from synterm.text import plural
from synterm.tui.why.difference import Piece, differences

_MOST = 8_000
"""Characters of a text that are shown."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a draft says, by the name of the value, and how that differs from its seed."""

    content_id: str
    """Of the draft: what was compared."""
    values: Sequence[tuple[str, Sequence[Piece]]]
    expected: Sequence[Piece]


def compared(draft: Draft) -> Compared:
    """The pieces. Without a seed all of it is as it is; takes up to some 50 ms for long texts that differ much."""
    case, seed = draft.case, draft.seed
    names = [*case.input, *(name for name in (seed.input if seed else ()) if name not in case.input)]
    values = [
        (name, _pieces(value_text(seed.input.get(name)) if seed else None, value_text(case.input.get(name))))
        for name in names
    ]
    expected = _pieces(value_text(seed.expected) if seed else None, value_text(case.expected), whole=True)
    return Compared(case.content_id, values, expected)


def of_draft(pieces: Iterable[Piece]) -> list[Piece]:
    """The draft's own text."""
    return [piece for piece in pieces if piece.kind != "removed"]


def of_seed(pieces: Iterable[Piece]) -> list[Piece]:
    """The seed's."""
    return [piece for piece in pieces if piece.kind != "added"]


def _pieces(before: str | None, after: str, *, whole: bool = False) -> list[Piece]:
    after = _cut(after)
    if before is None:
        return [Piece("kept", after)]
    before = _cut(before)
    if whole and before != after:
        return [Piece("removed", before), Piece("added", after)]
    return differences(before, after)


def _cut(text: str) -> str:
    more = len(text) - _MOST
    return text if more <= 0 else f"{text[:_MOST]}\n… {plural(more, 'character')} more"
