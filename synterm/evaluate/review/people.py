"""How far people agree with each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unanimity:
    """People's verdicts on the answers that two or more of them judged."""

    people: int = 0
    """Who judged one of these answers."""
    answers: int = 0
    pairs: int = 0
    """Pairs of people on the same answer."""
    agreeing: int = 0
    """Pairs that said the same."""
    alpha: float | None = None
    """Krippendorff's alpha: 1 full agreement, 0 what chance gives; None where all verdicts are one and the same.

    For two categories and any number of people on each answer: 1 − observed / expected disagreement, K. Krippendorff,
    Content Analysis: An Introduction to Its Methodology, 2nd ed. (2004), chapter 11.
    """

    @property
    def rate(self) -> float | None:
        """The share of pairs that said the same; None without any."""
        return self.agreeing / self.pairs if self.pairs else None


def unanimity(verdicts: Iterable[Sequence[tuple[str, bool]]]) -> Unanimity:
    """From the verdicts on each answer, as name and verdict."""
    people: set[str] = set()
    answers = pairs = agreeing = 0
    passed = failed = 0
    disagreement = 0.0
    for given in verdicts:
        count = len(given)
        if count < 2:
            continue
        people.update(who for who, _ in given)
        up = sum(said for _, said in given)
        down = count - up
        answers += 1
        pairs += count * (count - 1) // 2
        agreeing += (up * (up - 1) + down * (down - 1)) // 2
        passed += up
        failed += down
        disagreement += 2 * up * down / (count - 1)
    alpha = None
    if passed and failed:
        total = passed + failed
        alpha = 1 - (disagreement / total) / (2 * passed * failed / (total * (total - 1)))
    return Unanimity(len(people), answers, pairs, agreeing, alpha)
