"""Capital and small letters, as people in a hurry or a temper write them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from pydantic import Field

from synterm.describe.generators.example import Example
from synterm.describe.generators.noise import Noise, Site
from synterm.describe.generators.tokens import cased, words


class Casing(Noise):
    """Other capital and small letters: all small, ALL CAPITALS, Every Word, pRESSED cAPS lOCK, or here aND there.

    In any script that has them. With a smaller strength only some of the words change.
    """

    type = "casing"
    title = "writes words in capital or small letters"
    example = Example({}, {"message": "Can you set up a meeting with Bob tomorrow at 3pm?"})
    kinds: ClassVar[tuple[str, ...]] = ("small", "capitals", "every word", "caps lock", "here and there")

    strength: float = Field(default=1.0, gt=0, le=1)
    """The share of the words that change."""

    def sites(self, text: str, kind: str) -> Iterable[Site]:
        for word in words(text):
            old = word.group()
            if all(cased(letter) for letter in old if letter.isalpha()):
                options = [new for new in _options(old, kind) if new != old]
                if options:
                    yield Site(*word.span(), options)


def _options(word: str, kind: str) -> Iterator[str]:
    if kind == "small":
        yield word.lower()
    elif kind == "capitals":
        yield word.upper()
    elif kind == "every word":
        yield word[0].upper() + word[1:]
    elif kind == "caps lock":
        yield word.swapcase() if word[0].isupper() else word[0] + word[1:].upper()
    else:
        yield from (word[:at] + word[at].swapcase() + word[at + 1 :] for at in range(min(len(word), 20)))
