"""Punctuation: missing, doubled, after a space, or more than there was."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from synterm.describe.generators.example import Example
from synterm.describe.generators.noise import Noise, Site

_MARKS = re.compile(r"[.,;:!?…。、，！？；：¿¡]+|(?<=[^\W\d_])['’](?=[^\W\d_])|[\"“”„«»()]")
_DOUBLED = re.compile(r"[.!?…。！？]+(?=\s|\Z)|[,;](?=\s)")
_SPACED = re.compile(r"(?<=\S)[!?;:](?=\s|\Z)")
_BARE_END = re.compile(r"(?<=[^\W_])(?=[^\S\n]*(?:\n|\Z))")


class Punctuation(Noise):
    """Leaves punctuation out (also apostrophes: "dont"), doubles it, puts a space before it, or adds some where a line
    has none at its end. In any script; a dot within a number or a name stays.
    """

    type = "punctuation"
    title = "leaves punctuation out, doubles or adds it"
    example = Example({}, {"message": "Well, isn't it at 3.30? Ask Bob (or Ann): they know\nThanks"})
    kinds: ClassVar[tuple[str, ...]] = ("missing", "doubled", "spaced", "added")
    strength: float = Field(default=0.7, gt=0, le=1)
    """The share of the marks that change."""

    def sites(self, text: str, kind: str) -> Iterable[Site]:
        if kind == "missing":
            return (Site(*mark.span(), [""]) for mark in _MARKS.finditer(text))
        if kind == "doubled":
            return (
                Site(*mark.span(), [mark.group()[:20] + mark.group()[-1] * more for more in (1, 2)])
                for mark in _DOUBLED.finditer(text)
            )
        if kind == "spaced":
            return (Site(*mark.span(), [f" {mark.group()}"]) for mark in _SPACED.finditer(text))
        return (Site(*end.span(), [".", "!", "...", "…"]) for end in _BARE_END.finditer(text))
