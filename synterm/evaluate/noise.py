"""Repeats of a case held against each other: whether it is the model that wavers, or the judge."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from synterm.core.case import input_text
from synterm.core.evaluation import Evaluation
from synterm.core.review import output_id

Stability = Literal["stable", "flaky:model", "flaky:judge", "flaky:model+judge"]
"""stable: one verdict · flaky:model: different answers got different verdicts · flaky:judge: the same answer got
different verdicts, or the judgements of one answer were not of one mind."""

_HEADS = 1000
_HEAD = 200


@dataclass(frozen=True, slots=True)
class Cell:
    """The verdicts on one case under one variant."""

    case: int
    """Its number in the sheet."""
    n: int
    passed: int
    answers: int
    """How many different answers there were."""
    model: bool
    """Whether different answers got different verdicts."""
    judge: bool
    """Whether one answer did, or its judgements were split."""
    differ: float | None
    """Of the pairs of answers that were made by themselves, the share with different verdicts; None without pairs."""
    same_differ: float | None
    """The same of pairs of verdicts on one text."""

    @property
    def stability(self) -> Stability:
        """In one word."""
        if self.model:
            return "flaky:model+judge" if self.judge else "flaky:model"
        return "flaky:judge" if self.judge else "stable"

    @property
    def unsteadiness(self) -> float:
        """How far it is from one verdict: 0 to 0.5, for as many passes as failures."""
        return min(self.passed, self.n - self.passed) / self.n


class Noise:
    """The verdicts of a variant, each with the name of the answer that it is about: 17 bytes for each evaluation."""

    __slots__ = ("_answers", "_cases", "_found", "_made", "heads")

    def __init__(self) -> None:
        self._cases = array("i")
        self._made = array("i")
        """The repeat that each answer was made for."""
        self._answers = array("q")
        self._found = array("b")
        """1 for a pass, plus 2 where the judgements were split."""
        self.heads: dict[int, str] = {}
        """How the input begins, of the first thousand cells that are not stable."""

    def add(self, case: int, evaluation: Evaluation) -> None:
        """Take note of one evaluation that has a verdict."""
        split = any(0 < share < 1 for check in evaluation.checks for share in check.agreements)
        self._cases.append(case)
        self._made.append(evaluation.task.made)
        self._answers.append(int.from_bytes(bytes.fromhex(output_id(evaluation.completion.text)[:16]), signed=True))
        self._found.append(bool(evaluation.passed) + 2 * split)
        if split:
            self.name(case, evaluation)

    def name(self, case: int, evaluation: Evaluation) -> None:
        """Keep how the input of a cell that is not stable begins."""
        if case not in self.heads and len(self.heads) < _HEADS:
            self.heads[case] = input_text(evaluation.task.case.input)[:_HEAD]

    def cells(self, counts: Callable[[int], bool] = lambda _made: True) -> Iterator[Cell]:
        """What was found, by the cases' numbers.

        `counts`: which repeats count for how often verdicts differ. Where a run stops early, those that every cell
        gets: it goes on where they differ, so that all of them would say something else.
        """
        cases = self._cases
        for case, rows in groupby(sorted(range(len(cases)), key=cases.__getitem__), key=cases.__getitem__):
            yield self._cell(case, list(rows), counts)

    def leads(self, since: int) -> dict[int, int]:
        """By how much passes lead over failures, for each case that the repeats from `since` on have a verdict on."""
        leads: dict[int, int] = defaultdict(int)
        recent: set[int] = set()
        for case, made, found in zip(self._cases, self._made, self._found, strict=True):
            leads[case] += 1 if found & 1 else -1
            if made >= since:
                recent.add(case)
        return {case: leads[case] for case in sorted(recent)}

    def _cell(self, case: int, rows: list[int], counts: Callable[[int], bool]) -> Cell:
        by_answer = self._tallied(rows, self._answers)
        # What an answer amounts to is what most verdicts on it say; an even split says nothing of the model.
        sides = {2 * c > n for n, c in by_answer.values() if 2 * c != n}
        paired = [row for row in rows if counts(self._made[row])]
        everything = _pairs(len(paired), self._passed(paired))
        again = _summed([_pairs(n, c) for n, c in self._tallied(paired, self._made).values()])
        same = _summed([_pairs(n, c) for n, c in self._tallied(paired, self._answers).values()])
        return Cell(
            case,
            len(rows),
            self._passed(rows),
            len(by_answer),
            model=len(sides) == 2,
            judge=any(0 < c < n for n, c in by_answer.values()) or any(self._found[row] & 2 for row in rows),
            differ=_share((everything[0] - again[0], everything[1] - again[1])),
            same_differ=_share(same),
        )

    def _passed(self, rows: Sequence[int]) -> int:
        return sum(self._found[row] & 1 for row in rows)

    def _tallied(self, rows: Sequence[int], names: Sequence[int]) -> dict[int, tuple[int, int]]:
        """How many verdicts there are under each name, and how many of them are passes."""
        tallied: dict[int, tuple[int, int]] = {}
        for row in rows:
            n, c = tallied.get(names[row], (0, 0))
            tallied[names[row]] = n + 1, c + (self._found[row] & 1)
        return tallied


_Pairs = tuple[int, int]
"""All pairs, and those of different verdicts."""


def _pairs(n: int, passed: int) -> _Pairs:
    return n * (n - 1) // 2, passed * (n - passed)


def _summed(pairs: list[_Pairs]) -> _Pairs:
    return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


def _share(pairs: _Pairs) -> float | None:
    return pairs[1] / pairs[0] if pairs[0] else None
