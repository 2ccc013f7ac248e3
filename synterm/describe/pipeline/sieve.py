"""The quality filters of a generation, one after the other, and what each says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from synterm.core.case import Case
from synterm.core.ids import content_id
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.plugins import as_words

REPEATED = "repeated"
_BEYOND = Found(True, None, "not judged: its generator goes beyond this on purpose")
_FIGURES = re.compile(r"\"[^\"]*\"|'[^']*'|\bcase [0-9A-Z]{6,26}\b|\d[\d.,]*(?: ?%)?")
"""What differs between reasons of one kind: figures, and what they quote."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What the filters found about one candidate."""

    details: tuple[dict[str, Any], ...]
    """What each filter said, until one dropped it: ``filter``, ``score``, ``reason``."""
    dropped: dict[str, Any] | None
    """What the one that dropped it said; None where all kept it."""

    def then(self, after: Passed) -> Passed:
        """What was found in all, after filters found more; what they said before stands no longer."""
        again = {detail["filter"] for detail in after.details}
        before = (detail for detail in self.details if detail["filter"] not in again)
        return Passed((*before, *after.details), after.dropped)


class Sieve:
    """Filters at work."""

    def __init__(self, filters: Sequence[Filter], known: Known) -> None:
        """Raises InputError where a filter can't work here."""
        self.filters = filters
        self._judges = [_opened(one, known) for one in filters]
        self._seen: set[str] = set()

    @property
    def whole(self) -> bool:
        """Whether any of them has to choose among all that were kept."""
        return any(one.whole for one in self.filters)

    def judge(self, candidate: Candidate, seed: Case | None) -> Passed:
        """What they find. One that all of them keep is remembered: the next may be too near to it."""
        name = content_id("input", candidate.input)
        if name in self._seen or (seed is not None and candidate.input == seed.input):
            detail = detail_of(REPEATED, Found(False, None, "it was made before, or is its seed, word for word"))
            return Passed((detail,), detail)
        self._seen.add(name)
        details: list[dict[str, Any]] = []
        for one, judge in zip(self.filters, self._judges, strict=True):
            with as_words(one, f"the filter {one.type}"):
                found = _BEYOND if one.lets_be(candidate) else judge.judge(candidate, seed)
            details.append(detail_of(one.type, found))
            if not found.kept:
                return Passed(tuple(details), details[-1])
        return Passed(tuple(details), None)

    def keep(self, candidate: Candidate) -> None:
        """All filters kept it."""
        for judge in self._judges:
            judge.keep(candidate)

    def choose(self, candidates: Sequence[Candidate]) -> list[dict[str, Any] | None]:
        """At the end, for filters that see all together: what drops each of the candidates, or None."""
        dropped: list[dict[str, Any] | None] = [None] * len(candidates)
        for one, judge in zip(self.filters, self._judges, strict=True):
            if one.whole:
                left = [at for at, why in enumerate(dropped) if why is None]
                for at, found in zip(left, judge.choose([candidates[at] for at in left]), strict=True):
                    dropped[at] = None if found.kept else detail_of(one.type, found)
        return dropped


def _opened(one: Filter, known: Known) -> Judge:
    with as_words(one, f"the filter {one.type}"):
        return one.open(known)


def detail_of(name: str, found: Found) -> dict[str, Any]:
    """What a filter of this name found, as the case's origin keeps it."""
    return {"filter": name, "score": found.score, "reason": found.reason}


def kind_of(reason: str) -> str:
    """A reason without its figures and what it quotes, so that those of one kind can be counted."""
    return _FIGURES.sub("…", reason)[:200]
