"""What an input, or the way it is asked about, can be varied along."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, ClassVar

from synterm.core.case import Case
from synterm.core.evaluation import Variant
from synterm.describe.generators.base import Surroundings
from synterm.describe.generators.lines import lines_of, rewritten
from synterm.describe.generators.noise import Noise
from synterm.describe.pipeline.requests import random_of
from synterm.distill.probing import variation
from synterm.errors import InputError
from synterm.text import one_line, plural

_SHOWN = 50
_FILLER = (
    "I hope this finds you well.",
    "We talked about it the other day.",
    "It has been a long week for all of us.",
    "Let me know if anything is unclear.",
    "No hurry, whenever you get to it.",
    "The others know about it as well.",
)
"""Sentences that ask for nothing; they stand before the input, in turns."""


class Dimension(ABC):
    """Something that has more or less of it."""

    name: ClassVar[str]

    @property
    @abstractmethod
    def values(self) -> Sequence[float]:
        """The places that are tried first, rising. Between neighbours of another verdict others are tried."""

    @property
    @abstractmethod
    def finest(self) -> float:
        """How near to each other two values can be."""

    @abstractmethod
    def label(self, value: float) -> str:
        """A value as people read it."""

    def inputs(self, case: Case, value: float) -> list[Case]:
        """The input at a value; several where chance has a part in it."""
        return [case]

    def variant(self, variant: Variant, value: float) -> Variant:
        """The variant at a value."""
        return variant


@dataclass(frozen=True, slots=True)
class NoiseLevel(Dimension):
    """More and more of the input is written as people write in a hurry, by a generator of noise."""

    name: ClassVar[str] = "noise"
    generator: Noise
    around: Surroundings
    draws: int = 3
    """How many ways of changing so many places are tried at each level."""

    @property
    def values(self) -> Sequence[float]:
        return (0.0, 0.25, 0.5, 0.75, 1.0)

    @property
    def finest(self) -> float:
        return 0.04

    def label(self, value: float) -> str:
        return f"{round(value * 100)} % {self.generator.type}" if value else f"no {self.generator.type}"

    def inputs(self, case: Case, value: float) -> list[Case]:
        if not value:
            return [case]
        at = self.generator.model_copy(update={"strength": value})
        made: list[Case] = []
        for draw in range(self.draws):
            # The same random numbers at each level: a higher one changes much of what a lower one does, and more.
            candidates = islice(at.make(case, self.around, random_of(case.content_id, draw)), 1)
            made += (variation(case, one.input) for one in candidates)
        return made


@dataclass(frozen=True, slots=True)
class Length(Dimension):
    """Fewer words from the end, down to one; or sentences that ask for nothing before it."""

    name: ClassVar[str] = "length"
    words: int
    """How many words the input has: its longest text."""
    variables: Sequence[str]

    @property
    def values(self) -> Sequence[float]:
        own = self.words
        return sorted({1, max(own // 4, 1), max(own // 2, 1), max(3 * own // 4, 1), own, own + 20, own + 60, own + 200})

    @property
    def finest(self) -> float:
        return 1

    def label(self, value: float) -> str:
        return plural(round(value), "word")

    def inputs(self, case: Case, value: float) -> list[Case]:
        count = round(value)
        new: dict[Any, str] = {}
        for path, text in lines_of(case.input, self.variables, None)[-1:]:
            own = text.split()
            more = " ".join(_FILLER[at % len(_FILLER)] for at in range(max(count - len(own), 0) // 4 + 1)).split()
            new[path] = " ".join([*more[: max(count - len(own), 0)], *own[:count]]) if count != len(own) else text
        return [variation(case, rewritten(case.input, new))]


@dataclass(frozen=True, slots=True)
class Wordings(Dimension):
    """Other wordings of the same request, the nearest first."""

    name: ClassVar[str] = "phrasing"
    others: Sequence[Case]
    """By rising distance from the case; the first is the case itself."""

    @property
    def values(self) -> Sequence[float]:
        return range(len(self.others))

    @property
    def finest(self) -> float:
        return 1

    def label(self, value: float) -> str:
        return f'"{one_line(self.others[round(value)].title, _SHOWN)}"'

    def inputs(self, case: Case, value: float) -> list[Case]:
        return [variation(case, self.others[round(value)].input)]


@dataclass(frozen=True, slots=True)
class Slot(Dimension):
    """One value of the input, or one text within it, replaced by others."""

    name: ClassVar[str] = "value"
    slot: str
    """The name of the value, or the text within the input that is replaced."""
    options: Sequence[Any]
    """In the order they are to be tried in; numbers rising."""

    @property
    def values(self) -> Sequence[float]:
        return [float(one) for one in self.options] if self.is_number else range(len(self.options))

    @property
    def is_number(self) -> bool:
        """Whether what lies between two options can be tried too."""
        return all(isinstance(one, int | float) and not isinstance(one, bool) for one in self.options)

    @property
    def finest(self) -> float:
        if not self.is_number:
            return 1
        whole = all(float(one).is_integer() for one in self.options)
        low, high = self.values[0], self.values[-1]
        return 1 if whole else max((high - low) / 64, 1e-9)

    def label(self, value: float) -> str:
        return f"{self.slot} = {one_line(str(self._at(value)), _SHOWN)}"

    def inputs(self, case: Case, value: float) -> list[Case]:
        option = self._at(value)
        if self.slot in case.input:
            return [variation(case, {**case.input, self.slot: option})]
        texts = {path: text for path, text in lines_of(case.input, (), None) if self.slot in text}
        if not texts:
            raise InputError(f"the input has no value and no text {self.slot!r}", hint="--along value:NAME=a,b,c")
        new = {path: text.replace(self.slot, str(option)) for path, text in texts.items()}
        return [variation(case, rewritten(case.input, new))]

    def _at(self, value: float) -> Any:
        if not self.is_number:
            return self.options[round(value)]
        return int(value) if float(value).is_integer() else round(value, 6)


@dataclass(frozen=True, slots=True)
class Temperature(Dimension):
    """The model's temperature, from 0 on."""

    name: ClassVar[str] = "temperature"
    highest: float = 1.5

    @property
    def values(self) -> Sequence[float]:
        return [self.highest * step / 4 for step in range(5)]

    @property
    def finest(self) -> float:
        return self.highest / 32

    def label(self, value: float) -> str:
        return f"temperature {value:g}"

    def variant(self, variant: Variant, value: float) -> Variant:
        model = variant.model.model_copy(update={"params": {**variant.model.params, "temperature": value}})
        body = variant.body
        if "temperature" in body.params:
            body = body.model_copy(update={"params": {**body.params, "temperature": value}})
        return replace(variant, model=model, body=body)
