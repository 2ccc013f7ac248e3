"""I am and I'm, do not and don't."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from pydantic import Field

from synterm.describe.generators.example import Example
from synterm.describe.generators.noise import Noise, Site
from synterm.describe.generators.tokens import like

# Short and long forms that mean the same wherever they stand.
_BOTH = (
    ("i'm", "i am"), ("you're", "you are"), ("we're", "we are"), ("they're", "they are"), ("i'll", "i will"),
    ("you'll", "you will"), ("he'll", "he will"), ("she'll", "she will"), ("it'll", "it will"), ("we'll", "we will"),
    ("they'll", "they will"), ("aren't", "are not"), ("isn't", "is not"), ("wasn't", "was not"),
    ("weren't", "were not"), ("don't", "do not"), ("doesn't", "does not"), ("didn't", "did not"),
    ("haven't", "have not"), ("hasn't", "has not"), ("hadn't", "had not"), ("can't", "cannot"),
    ("couldn't", "could not"), ("won't", "will not"), ("wouldn't", "would not"), ("shouldn't", "should not"),
)  # fmt: skip
# Longer only: "I have a dog" has no short form that people write, and "let us" may ask to be let.
_ONLY_LONGER = (
    ("i've", "i have"), ("you've", "you have"), ("we've", "we have"), ("they've", "they have"), ("let's", "let us"),
    ("mustn't", "must not"), ("needn't", "need not"), ("gonna", "going to"), ("wanna", "want to"),
)  # fmt: skip
_IS = ("it", "that", "what", "where", "how", "who", "there", "here", "he", "she")
_LONGER = dict((*_BOTH, *_ONLY_LONGER))
_SHORTER = {long: short for short, long in _BOTH} | {f"{word} is": f"{word}'s" for word in _IS}
_SHORT_FORM = re.compile(r"\b(?:[A-Za-z]+['’][a-z]+|gonna|wanna)\b", re.IGNORECASE)
_IS_FORM = re.compile(rf"\b({'|'.join(_IS)})['’]s(?= ([A-Za-z]+))", re.IGNORECASE)
# "yes, I am." and "tell me what it is" need the long form: something must follow, and what is shortened is no question.
_LONG_FORM = re.compile(rf"\b(?:{'|'.join(sorted(_SHORTER, key=len, reverse=True))})\b(?= [A-Za-z])", re.IGNORECASE)
_HAS = re.compile(
    r"(?:\w+ed|\w+en|been|got|had|gone|done|made|said|come|become|left|lost|sent|taken|always|never|just)$"
)
_SUBJECT = re.compile(r" (?:i|you|he|she|it|we|they|there|that|this)\b", re.IGNORECASE)


class Contractions(Noise):
    """Writes I am for I'm and I'm for I am, don't for do not, what's for what is. English only.

    Only where both mean the same: "he's been" (has) and "I'd" (had, would) stay, as does "Don't you", whose words would
    have to change places.
    """

    type = "contractions"
    title = "writes I'm for I am, do not for don't"
    example = Example({}, {"message": "I am late, what's next? It's been a day, and I don't know the room."})
    kinds: ClassVar[tuple[str, ...]] = ("shorter", "longer")
    english: ClassVar[frozenset[str]] = frozenset(kinds)
    strength: float = Field(default=1.0, gt=0, le=1)
    """The share of the forms that change."""

    def sites(self, text: str, kind: str) -> Iterable[Site]:
        return _shorter(text) if kind == "shorter" else _longer(text)


def _shorter(text: str) -> Iterator[Site]:
    mark = "’" if "’" in text else "'"
    for form in _LONG_FORM.finditer(text):
        short = _SHORTER[form.group().lower()].replace("'", mark)
        yield Site(*form.span(), [_as(form.group(), short)])


def _longer(text: str) -> Iterator[Site]:
    for form in _SHORT_FORM.finditer(text):
        long = _LONGER.get(form.group().lower().replace("’", "'"))
        turned = form.group()[-1] in "tT" and _SUBJECT.match(text, form.end())
        if long and not turned:
            yield Site(*form.span(), [_as(form.group(), long)])
    for form in _IS_FORM.finditer(text):
        if not _HAS.match(form.group(2).lower()):
            yield Site(*form.span(), [f"{form.group(1)} {'IS' if form.group()[-1] == 'S' else 'is'}"])


def _as(old: str, new: str) -> str:
    """In the casing of the old form; "I" is always a capital, unless the writer does without."""
    letters = [letter for letter in old if letter.isalpha()]
    if len(letters) > 2 and all(letter.isupper() for letter in letters):
        return new.upper()
    return like(old[0], new) if old[0].isupper() else new
