"""White space that should make no difference."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import ClassVar

from pydantic import Field

from synterm.describe.generators.noise import Noise, Site

_GAP = re.compile(r"(?<=\S) (?=\S)")
_LINE_END = re.compile(r"(?<=\S)(?=\n|\Z)")
_LINE_START = re.compile(r"(?:(?<=\A)|(?<=\n))(?=\S)")
_INSTEAD = {"doubled": ("  ", "   "), "no-break": ("\u00a0",), "tabs": ("\t",), "new lines": ("\n", "\n\n")}


class Whitespace(Noise):
    """Spaces doubled, no-break spaces, tabs or new lines in the place of spaces, and spaces where a line ends or
    begins.

    In any language that has spaces; white space within code, placeholders and what stays is left alone.
    """

    type = "whitespace"
    title = "doubles, swaps or adds white space"
    kinds: ClassVar[tuple[str, ...]] = ("doubled", "no-break", "tabs", "new lines", "trailing", "leading")
    strength: float = Field(default=0.3, gt=0, le=1)
    """The share of the spaces, or of the lines, that change."""

    def sites(self, text: str, kind: str) -> Iterable[Site]:
        if kind in _INSTEAD:
            return (Site(*gap.span(), _INSTEAD[kind]) for gap in _GAP.finditer(text))
        if kind == "trailing":
            return (Site(*end.span(), (" ", "   ", "\t")) for end in _LINE_END.finditer(text))
        return (Site(*start.span(), (" ", "   ", "\t")) for start in _LINE_START.finditer(text))
