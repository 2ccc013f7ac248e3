"""What must not stand in an answer: found, compared and told of without repeating it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

import re2
from pydantic import PrivateAttr, model_validator

from synterm.checks.base import Answer, Check
from synterm.checks.patterns import Pattern, compile_pattern, found
from synterm.core.case import value_text
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError, ModelError
from synterm.text import storable

MAX_CHARACTERS = 200_000
"""How much of an answer is searched."""
MAX_MATCHES = 1000
"""At how many places of a text it is looked closer, for each kind."""
_MOST = 100
"""How many finds are enough."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Find:
    """One thing that was found in a text."""

    kind: str
    text: str
    """What was found, as it is told of."""
    key: str
    """What is the same for the same thing in another spelling: digits without spaces, small letters."""
    written: str = ""
    """As it stands there, where `text` leaves the spaces in it out."""

    @property
    def masked(self) -> str:
        """Enough of it to find it again, and never it itself: at most two characters at each end, and its length."""
        shown = 2 if len(self.text) >= 9 else 1
        return f"{self.text[:shown]}…{self.text[-shown:]} ({len(self.text)} characters)"


Finder = Callable[[str], Iterator[Find]]
"""Finds things of one kind in a text."""


def matches(pattern: Pattern, text: str) -> Iterator[str]:
    """What a pattern matches in `text`, from left to right. Raises InputError after `MAX_MATCHES`."""
    searching: Any = pattern
    for count, match in enumerate(searching.finditer(storable(text))):
        if count == MAX_MATCHES:
            raise InputError(f"more than {MAX_MATCHES:,} places to look at, and nothing found in the first of them")
        yield match.group()


class FreeOf(Check):
    """What must not stand in an answer is not there."""

    allow: tuple[str, ...] = ()
    """What may stand there all the same, whatever its case: `*` is any text, so `*@our.com` allows our addresses."""
    allow_input: bool = False
    """Whether what stands in the case's input may be repeated."""
    _allowed: tuple[Pattern, ...] = PrivateAttr()

    @model_validator(mode="after")
    def _compile(self) -> FreeOf:
        self._allowed = tuple(_glob(allowed) for allowed in self.allow)
        return self

    @abstractmethod
    def finders(self) -> Iterable[Finder]:
        """What looks for each kind."""

    def warm(self) -> None:
        with suppress(ModelError):  # `judge` says it of each answer
            for finder in self.finders():
                next(finder(""), None)

    def judge(self, answer: Answer) -> CheckResult:
        if not answer.text.strip():
            return self.verdict(True, "nothing found")
        text = answer.text[:MAX_CHARACTERS]
        finders = tuple(self.finders())
        repeated = self._in_input(answer, finders) if self.allow_input else frozenset[str]()
        finds: dict[str, Find] = {}
        unsure: InputError | None = None
        for finder in finders:
            try:
                wanted = (find for find in finder(text) if find.key not in repeated and not self._allows(find))
                finds |= {find.key: find for find in islice(wanted, _MOST)}
            except InputError as error:
                unsure = error
        if finds:
            return self.verdict(False, _told(list(finds.values())))
        if unsure:
            raise unsure
        if len(answer.text) > len(text):
            raise InputError(f"nothing found in the first {MAX_CHARACTERS:,} characters; the rest was not searched")
        return self.verdict(True, "nothing found")

    def _in_input(self, answer: Answer, finders: Sequence[Finder]) -> frozenset[str]:
        given = "\n".join(map(value_text, answer.case.input.values()))[:MAX_CHARACTERS]
        return frozenset(find.key for finder in finders for find in islice(finder(given), _MOST))

    def _allows(self, find: Find) -> bool:
        return any(found(pattern, find.text, full=True) for pattern in self._allowed)


def _told(found: Sequence[Find]) -> str:
    said = ", ".join(f"{find.kind} {find.masked}" for find in found[:_SHOWN])
    return said + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")


def _glob(text: str) -> Pattern:
    library: Any = re2
    return compile_pattern("(?is)" + ".*".join(library.escape(part) for part in text.split("*")))
