"""What it takes to judge answers somewhere else than here."""

from __future__ import annotations

from typing import Protocol

from synterm.checks.base import Answer
from synterm.checks.judge import Judgement


class NotJudgedError(Exception):
    """It can't be judged elsewhere; here it can."""


class JudgeLostError(Exception):
    """What judges ended over it, each time: it must not be judged here."""


class Judging(Protocol):
    """Judges answers somewhere else, as the checks here would."""

    @property
    def width(self) -> int:
        """How many answers at a time serve it best."""
        ...

    def takes(self, scenario_id: str) -> bool:
        """Whether it judges answers to cases of a scenario."""
        ...

    async def judge(self, scenario_id: str, answer: Answer) -> tuple[Judgement, float]:
        """The verdict, and the CPU seconds that it took. Raises NotJudgedError and JudgeLostError; ExecutorError once
        it judges nothing any more."""
        ...
