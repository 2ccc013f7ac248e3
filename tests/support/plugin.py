"""A plugin's check, as a registry finds it that has it installed."""

from __future__ import annotations

import time

from synterm.checks.base import Answer, Check
from synterm.core.evaluation import CheckResult


class Slow(Check):
    """Takes a while, and finds whether the answer has a word."""

    type = "slow"

    word: str
    milliseconds: float = 2.0

    def judge(self, answer: Answer) -> CheckResult:
        ends = time.thread_time() + self.milliseconds / 1000
        while time.thread_time() < ends:
            pass
        return self.verdict(self.word in answer.text, f"looked for {self.word} in {answer.text}")
