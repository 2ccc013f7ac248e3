"""Letters that look like others."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import ClassVar

from pydantic import Field

from synterm.describe.generators.noise import Noise, Site
from synterm.describe.generators.tokens import words

# By what they look like; the names say which of the many signs is meant.
_TWINS = {
    "a": "CYRILLIC SMALL LETTER A", "c": "CYRILLIC SMALL LETTER ES", "e": "CYRILLIC SMALL LETTER IE",
    "i": "CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I", "j": "CYRILLIC SMALL LETTER JE",
    "o": "CYRILLIC SMALL LETTER O", "p": "CYRILLIC SMALL LETTER ER", "s": "CYRILLIC SMALL LETTER DZE",
    "v": "GREEK SMALL LETTER NU", "x": "CYRILLIC SMALL LETTER HA", "y": "CYRILLIC SMALL LETTER U",
    "A": "GREEK CAPITAL LETTER ALPHA", "B": "GREEK CAPITAL LETTER BETA", "C": "CYRILLIC CAPITAL LETTER ES",
    "E": "GREEK CAPITAL LETTER EPSILON", "H": "GREEK CAPITAL LETTER ETA", "I": "GREEK CAPITAL LETTER IOTA",
    "K": "GREEK CAPITAL LETTER KAPPA", "M": "GREEK CAPITAL LETTER MU", "N": "GREEK CAPITAL LETTER NU",
    "O": "GREEK CAPITAL LETTER OMICRON", "P": "GREEK CAPITAL LETTER RHO", "S": "CYRILLIC CAPITAL LETTER DZE",
    "T": "GREEK CAPITAL LETTER TAU", "X": "GREEK CAPITAL LETTER CHI", "Y": "GREEK CAPITAL LETTER UPSILON",
    "Z": "GREEK CAPITAL LETTER ZETA",
}  # fmt: skip
_STYLED = (range(0xFF21, 0xFF5B), range(0x1D400, 0x1D6A4))
_ACCENTED = (range(0x00C0, 0x0180), range(0x1E00, 0x1F00))


class Homoglyphs(Noise):
    """Puts letters in the place of Latin ones that look like them: Cyrillic and Greek twins, which nobody sees; styled
    letters (ｂｏｂ, 𝐛𝐨𝐛); or accents that don't belong there.
    """

    type = "homoglyphs"
    title = "puts letters that look alike in the place of others"
    kinds: ClassVar[tuple[str, ...]] = ("twins", "styled", "accents")
    strength: float = Field(default=0.15, gt=0, le=1)
    """The share of the letters that change; of the words where they are styled."""

    def sites(self, text: str, kind: str) -> Iterable[Site]:
        for word in words(text):
            if kind == "styled":
                options = [new for style in _styles() if (new := word.group().translate(style)) != word.group()]
                if options:
                    yield Site(*word.span(), options)
                continue
            for at in range(word.start(), word.end()):
                if options := _alike(kind).get(text[at]):
                    yield Site(at, at + 1, options)


@lru_cache
def _alike(kind: str) -> dict[str, list[str]]:
    """What can stand for each letter."""
    if kind == "twins":
        return {letter: [unicodedata.lookup(name)] for letter, name in _TWINS.items()}
    accented: dict[str, list[str]] = {}
    for code in (code for codes in _ACCENTED for code in codes):
        parts = unicodedata.normalize("NFD", chr(code))
        if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha():
            accented.setdefault(parts[0], []).append(chr(code))
    return accented


@lru_cache(maxsize=1)
def _styles() -> list[dict[int, str]]:
    """Every style that has both the capital and the small letters, from what Unicode says that they stand for."""
    styles: dict[str, dict[int, str]] = {}
    for code in (code for codes in _STYLED for code in codes):
        plain = unicodedata.normalize("NFKC", chr(code))
        name = unicodedata.name(chr(code), "")
        if len(plain) == 1 and plain.isascii() and plain.isalpha():
            styles.setdefault(name.split(" CAPITAL")[0].split(" SMALL")[0], {})[ord(plain)] = chr(code)
    return [style for style in styles.values() if len(style) == 52]
