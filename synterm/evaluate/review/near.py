"""Answers that nearly equal one that was judged: asked about again, and told of after the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from synterm.core.review import Review, plain
from synterm.evaluate.review.candidate import Output

NEAR = 0.93
"""Texts whose similarity is above this are near: the share of characters that they have in common, in order
(RapidFuzz's ``ratio``, by the longest common subsequence)."""
_LONGEST = 50_000
"""Characters of a text that are compared."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, with the text that it is about."""

    review: Review
    text: str


@dataclass(frozen=True, slots=True)
class Near:
    """The nearest of the answers to the same case that were judged, and how near it is: above NEAR, to 1."""

    review: Review
    likeness: float


class Neighbours:
    """What was judged, by case content."""

    def __init__(self, judged: Iterable[Judged]) -> None:
        self._by_content: dict[str, dict[str, Judged]] = {}
        for one in judged:
            self.add(one)

    def add(self, judged: Judged) -> None:
        """Take in a verdict; the same one given anew replaces it."""
        self._by_content.setdefault(judged.review.content_id, {})[judged.review.id] = judged

    def remove(self, review: Review) -> None:
        """Forget a verdict."""
        self._by_content.get(review.content_id, {}).pop(review.id, None)

    def nearest(self, output: Output) -> Near | None:
        """The verdict on the nearest text for the same case that is not the same one; None when none is near."""
        from rapidfuzz.fuzz import ratio

        content, output_id = output.subject
        text = plain(output.text)[:_LONGEST]
        best: Near | None = None
        for judged in self._by_content.get(content, {}).values():
            if judged.review.output_id != output_id:
                likeness = ratio(text, plain(judged.text)[:_LONGEST], score_cutoff=NEAR * 100) / 100
                if likeness > max(NEAR, best.likeness if best else 0.0):
                    best = Near(judged.review, likeness)
        return best
