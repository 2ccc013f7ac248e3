"""What all noise has in common: it changes a share of the places where a text can be changed."""

from __future__ import annotations

from abc import abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import ClassVar, NamedTuple

from pydantic import Field, field_validator

from synterm.core.case import Case
from synterm.describe.candidate import Candidate, Keeps
from synterm.describe.generators.base import Maker, Surroundings
from synterm.describe.generators.english import is_english
from synterm.describe.generators.fields import Words
from synterm.describe.generators.lines import Path, lines_of, rewritten
from synterm.describe.generators.spans import Stays, spans, texts_in
from synterm.errors import InputError, did_you_mean
from synterm.text import one_line

MAX_PLACES = 4000
"""So many places of a text are changed in one way at most, the first ones."""
_MISSES = 40
"""After so many draws in a row that gave nothing new, everything is taken to be made."""
_TOLD = 3
_MARKS = str.maketrans({"\u00a0": "⍽", "\t": "⇥", "\n": "⏎"})


class Site(NamedTuple):
    """A place where a text can be changed."""

    start: int
    end: int
    """Up to here, not included; where it is the start, something is put in."""
    options: Sequence[str]
    """What can stand there instead."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A site in one of several lines."""

    path: Path
    site: Site


class Noise(Maker):
    """Rewrites what a user wrote, as users do write. The expected result is the same, unless it says otherwise."""

    keeps: ClassVar[Keeps] = "same"
    """What becomes of the expected result."""
    then: ClassVar[str] = "the same"
    kinds: ClassVar[tuple[str, ...]]
    """The ways in which it changes a text; one candidate is changed in one way."""
    english: ClassVar[frozenset[str]] = frozenset()
    """The kinds that know English only: they leave a text in another language alone."""
    spares_numbers: ClassVar[bool] = True

    strength: float = Field(default=0.3, gt=0, le=1)
    """The share of the places that could be changed that are; at least one is."""
    value: str | None = None
    """The value of the input that is rewritten; without it the longest text among the prompt's variables, of a dialog
    the opening or the turns of its user."""
    only: Words = ()
    """The kinds that are wanted; all without it."""
    stay: Words = ()
    """Texts that stay as they are. Placeholders, addresses, code, numbers and what the case expects stay anyway."""

    @field_validator("only")
    @classmethod
    def _known(cls, only: tuple[str, ...]) -> tuple[str, ...]:
        for kind in only:
            if kind not in cls.kinds:
                raise ValueError(f"{kind!r} is no kind of this; {did_you_mean(kind, cls.kinds)}")
        return only

    @abstractmethod
    def sites(self, text: str, kind: str) -> Iterable[Site]:
        """The places of `text` that can be changed in one way, those among them that must stay too."""

    def count(self, kind: str, places: int) -> int:
        """How many of the places are changed."""
        return max(1, round(self.strength * places))

    def make(self, seed: Case | None, around: Surroundings, random: Random) -> Iterator[Candidate]:
        """Different ones, until there are no more. Raises InputError, in words, where there is nothing to change."""
        if seed is None:
            raise InputError("needs a case to begin with")
        lines = lines_of(seed.input, around.variables, self.value)
        places = self._places(lines, [*self.stay, *_wanted(seed, around)])
        if not places:
            raise InputError(self._nothing([text for _, text in lines]))
        texts, made, misses = dict(lines), {tuple(text for _, text in lines)}, 0
        while misses < _MISSES:
            kind = random.choice([*places])
            chosen = _chosen(places[kind], self.count(kind, len(places[kind])), random)
            new = {path: _written(text, chosen.get(path, ())) for path, text in texts.items()}
            if (key := tuple(new.values())) in made or not all(text.strip() for text in key):
                misses += 1
                continue
            made.add(key)
            misses = 0
            yield Candidate(
                rewritten(seed.input, new),
                seed.expected,
                self.keeps,
                _note(kind, texts, chosen),
                tags=(self.type,),
                form=f"{self.type}:{kind}" if self.keeps == "same" else "",
            )

    def _places(self, lines: list[tuple[Path, str]], also: list[str]) -> dict[str, list[_Place]]:
        """The places that may be changed, by kind; kinds without any are left out."""
        found: dict[str, list[_Place]] = {}
        for path, text in lines:
            stays = Stays(spans(text, also, numbers=self.spares_numbers))
            for kind in self._kinds(text):
                free = (site for site in self.sites(text, kind) if not stays.touched(site.start, site.end))
                if places := [_Place(path, site) for site in islice(free, MAX_PLACES)]:
                    found.setdefault(kind, []).extend(places)
        return found

    def _nothing(self, texts: list[str]) -> str:
        """Why a case has no place to change."""
        if not texts:
            return f"the input has no text named {self.value}" if self.value else "the input has no text"
        if not any(self._kinds(text) for text in texts):
            return "knows English only, and the text is not clearly English"
        return "the text has nothing that could be changed so"

    def _kinds(self, text: str) -> list[str]:
        wanted = [kind for kind in self.kinds if kind in (self.only or self.kinds)]
        english = self.english.isdisjoint(wanted) or is_english(text)
        return [kind for kind in wanted if english or kind not in self.english]


def _chosen(places: list[_Place], number: int, random: Random) -> dict[Path, list[tuple[Site, str]]]:
    """So many of the places, none over another, each with what stands there then; in order."""
    chosen: dict[Path, list[tuple[Site, str]]] = {}
    for place in random.sample(places, number):
        change = (place.site, random.choice(place.site.options))
        here = chosen.setdefault(place.path, [])
        at = bisect_left(here, place.site.start, key=lambda change: change[0].start)
        if _apart(here[max(at - 1, 0) : at + 1], place.site):
            here.insert(at, change)
    return chosen


def _apart(neighbours: list[tuple[Site, str]], site: Site) -> bool:
    """Whether a site lies over none of those before and after it."""
    return all(
        site.start >= max(other.end, other.start + 1) or other.start >= max(site.end, site.start + 1)
        for other, _ in neighbours
    )


def _written(text: str, changes: Sequence[tuple[Site, str]]) -> str:
    parts: list[str] = []
    done = 0
    for site, option in changes:
        parts += (text[done : site.start], option)
        done = site.end
    return "".join((*parts, text[done:]))


def _wanted(seed: Case, around: Surroundings) -> list[str]:
    """What checks look for. A label is no text of the answer's: a message may misspell the word that it is named by."""
    if isinstance(seed.expected, str) and seed.expected in around.labels:
        return [*around.looked_for]
    return [*around.looked_for, *texts_in(seed.expected)]


def _note(kind: str, texts: dict[Path, str], chosen: dict[Path, list[tuple[Site, str]]]) -> str:
    """``letters: "tomorrow" → "tomorow"``."""
    told = [
        _told(texts[path][site.start : site.end], option) for path in texts for site, option in chosen.get(path, ())
    ]
    more = f" and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return f"{kind}: {', '.join(told[:_TOLD])}{more}"


def _told(before: str, after: str) -> str:
    if not before:
        return f"added {_shown(after)}"
    return f"{_shown(before)} → {_shown(after)}" if after else f"left out {_shown(before)}"


def _shown(text: str) -> str:
    """A text in quotes; white space that would not be seen is shown as marks."""
    bare = text.strip(" ")
    before = len(text) - len(text.lstrip(" ")) if bare else len(text)
    after = len(text) - before - len(bare)
    marked = ("␣" * before + bare + "␣" * after).translate(_MARKS)
    return f'"{one_line(marked, 40)}"'
