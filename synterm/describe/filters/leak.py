"""Candidates that give the answer away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from synterm.checks.tokens import words
from synterm.core.case import Case, value_text
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.wording import compared, shown

_LONGEST = 2000
"""Words of an expected result, and five times as many of an input, that are looked at."""


class Leak(Filter):
    """Drops inputs in which the expected result stands, where it does not stand in the seed.

    The score is the longest run of the expected words that stands in the input, as a share of them: 1 for a label that
    is named, whatever its case, with spaces for underscores. The reason says it where the seed has as much of it.
    """

    type = "leak"
    title = "the expected result stands in the input, and not in the seed"
    side = "below"

    threshold: Annotated[float, Field(gt=0, le=1)] = 0.8
    """From this share on it is dropped."""
    min_letters: Annotated[int, Field(ge=1)] = 3
    """An expected result of fewer letters and digits is not looked for: *a* and *no* are words like any other."""

    def open(self, known: Known) -> Judge:
        return _LeakJudge(self)


class _LeakJudge(Judge):
    def __init__(self, settings: Leak) -> None:
        self._settings = settings

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        said = value_text(candidate.expected)
        wanted = _words(said)[:_LONGEST]
        if sum(map(len, wanted)) < self._settings.min_letters:
            return Found(True, None, "there is nothing to give away")
        run, start = _longest_run(wanted, _words(compared(candidate.input))[: 5 * _LONGEST])
        score = round(run / len(wanted), 3)
        if not run:
            return Found(True, score, "nothing of the expected result stands in it")
        place = shown(" ".join(wanted[start : start + run]))
        if seed is not None and score:
            before, _ = _longest_run(wanted, _words(compared(seed.input))[: 5 * _LONGEST])
            if before >= run:
                return Found(True, None, f"{place} of the expected result stands in its seed as well")
        if score < self._settings.threshold:
            return Found(True, score, f"only {place} of the expected result stands in it")
        whole = "the expected result" if run == len(wanted) else f"{score:.0%} of the expected result"
        return Found(False, score, f"{whole} stands in it: {place}")


def _words(text: str) -> list[str]:
    return words(text.replace("_", " "))


def _longest_run(wanted: Sequence[str], given: Sequence[str]) -> tuple[int, int]:
    """The longest run of words of `wanted` that stands in `given`: how many words, and where in `wanted` it begins."""
    places: dict[str, list[int]] = {}
    for at, word in enumerate(wanted):
        places.setdefault(word, []).append(at)
    best, start = 0, 0
    ending: dict[int, int] = {}
    for word in given:
        ending = {at: ending.get(at - 1, 0) + 1 for at in places.get(word, ())}
        for at, run in ending.items():
            if run > best:
                best, start = run, at - run + 1
    return best, start
