"""Candidates that expect something else than a case that is nearly the same."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from synterm.core.case import Case, value_text
from synterm.core.ids import canonical_json
from synterm.describe.candidate import Candidate
from synterm.describe.filters.base import Filter, Found, Judge, Known
from synterm.describe.filters.neighbours import Neighbours
from synterm.describe.wording import compared, shown
from synterm.text import one_line

_BELOW = 0.1
_LEAST = 0.5


class Contradiction(Filter):
    """Drops what is nearly the same input as a case that expects another result, and names both.

    One of the two must be wrong, unless the difference is the point: what a generator changed on purpose, input and
    expected result together, is not held against its own seed. The score is how alike both inputs are in their wording,
    as `near-duplicate` says it. A case without an expected result contradicts nothing.
    """

    type = "contradiction"
    title = "nearly the same input as a case that expects something else"
    side = "below"

    threshold: Annotated[float, Field(ge=_LEAST, le=1)] = 0.92
    """From so alike on, two inputs must expect the same."""

    def open(self, known: Known) -> Judge:
        return _ContradictionJudge(self, known)

    def reach(self) -> tuple[float, float]:
        """Further down it looks for none."""
        return round(max(self.threshold - _BELOW, _LEAST), 6), 1.0


class _ContradictionJudge(Judge):
    def __init__(self, settings: Contradiction, known: Known) -> None:
        self._settings = settings
        self._floor = settings.reach()[0]
        self._neighbours = Neighbours(known, self._floor, "wording")

    def judge(self, candidate: Candidate, seed: Case | None) -> Found:
        if candidate.expected is None:
            return Found(True, None, "it expects nothing")
        text, expects = compared(candidate.input), canonical_json(candidate.expected)
        for near in self._neighbours.near(text):
            meant = seed is not None and near.case_id == seed.id and candidate.keeps == "changed"
            if meant or near.expects in (expects, b"null"):
                continue
            score = round(near.likeness, 3)
            expected = shown(one_line(value_text(candidate.expected), 40))
            return Found(
                near.likeness < self._settings.threshold,
                score,
                f"it expects {expected}, and {near.name}, {score:.2f} like it, expects {shown(near.expected)}",
            )
        return Found(True, None, f"nothing that expects otherwise is like it from {self._floor:.2f} on")

    def keep(self, candidate: Candidate) -> None:
        self._neighbours.keep(candidate)
