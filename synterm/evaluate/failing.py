"""Why evaluations failed, or have no verdict: some of them in words, cut short, however many there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from synterm.core.case import input_text, value_text
from synterm.core.evaluation import Evaluation

_REASONS = 100
_FAILURES = 200
_LENGTH = 1000
"""Characters of a text that are kept: more than a line shows."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An evaluation that failed, as far as a line or two show it."""

    case_id: str
    scenario_id: str
    input: str
    expected: str | None
    got: str
    """The label that was read, else the answer."""
    reason: str
    """What the first failed check says; empty where a label says it."""
    score: float


class Failures:
    """The failures that are most worth showing, at least 200 of them if there are so many.

    What passed before goes first, then the lowest score, then what came first.
    """

    def __init__(self) -> None:
        self._kept: list[tuple[bool, float, Failure]] = []
        self._limit = (True, inf)

    def __iter__(self) -> Iterator[Failure]:
        return (failure for _, _, failure in self._kept)

    def add(self, evaluation: Evaluation, *, passed_before: bool) -> None:
        """Take in one that failed; `passed_before`: its case passes under the version that it is compared with."""
        rank = (not passed_before, evaluation.score or 0.0)
        if rank >= self._limit:
            return
        self._kept.append((*rank, _failure(evaluation)))
        if len(self._kept) >= 2 * _FAILURES:
            self._kept.sort(key=lambda kept: kept[:2])
            del self._kept[_FAILURES:]
            self._limit = self._kept[-1][:2]


class Reasons:
    """How often evaluations have no verdict for which reason: the first 100 reasons that came up."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        """By what went wrong and what to do about it, which may be empty."""
        self.others = 0
        """Evaluations whose reason is not among them."""

    def add(self, evaluation: Evaluation) -> None:
        """Count the reason of one without a verdict."""
        reason = (_head(evaluation.error or ""), _head(evaluation.completion.hint or ""))
        if reason in self.counts or len(self.counts) < _REASONS:
            self.counts[reason] += 1
        else:
            self.others += 1


def _failure(evaluation: Evaluation) -> Failure:
    case, label = evaluation.task.case, evaluation.label
    failed = (check.reason for check in evaluation.checks if check.passed is False)
    return Failure(
        case_id=case.id,
        scenario_id=case.scenario_id,
        input=_head(input_text(case.input)),
        expected=None if case.expected is None else _head(value_text(case.expected)),
        got=_head(label or evaluation.completion.said),
        reason=_head(next(failed, "")) if label is None else "",
        score=evaluation.score or 0.0,
    )


def _head(text: str) -> str:
    return text if len(text) <= _LENGTH else text[:_LENGTH] + "…"
