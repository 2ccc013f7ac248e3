"""The answer is what was expected."""

from __future__ import annotations

from typing import Any

from synterm.checks.base import Answer, Check, Example
from synterm.checks.json_text import parse_json, same_json
from synterm.checks.words import quoted
from synterm.core.case import value_text
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError


class Equals(Check):
    """The answer equals a text, or as JSON a value that is not a text."""

    type = "equals"
    instead = "value"
    example = Example({"ignore_case": True}, "yes\n", True, 'equals "Yes"', expected="Yes")

    value: Any = None
    """What the answer must be; without it, what the case expects."""
    strip: bool = True
    """Whether white space around the answer and the text counts for nothing."""
    ignore_case: bool = False
    """Whether upper and lower case count as the same; for texts."""

    def judge(self, answer: Answer) -> CheckResult:
        wanted = answer.expected if self.value is None else self.value
        if wanted is None or wanted != wanted:
            raise InputError("the check has no value, and the case expects nothing")
        if isinstance(wanted, str):
            return self._result(self._plain(answer.text) == self._plain(wanted), answer, wanted)
        try:
            return self._result(same_json(parse_json(answer.text), wanted), answer, wanted)
        except ValueError as error:
            return self.verdict(False, str(error))

    def _plain(self, text: str) -> str:
        text = text.strip() if self.strip else text
        return text.casefold() if self.ignore_case else text

    def _result(self, passed: bool, answer: Answer, wanted: Any) -> CheckResult:
        expected = quoted([value_text(wanted)])
        return self.verdict(passed, f"equals {expected}" if passed else f"{quoted([answer.text])}, expected {expected}")
