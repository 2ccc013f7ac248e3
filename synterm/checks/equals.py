"""The answer is what was expected."""

from __future__ import annotations

from typing import Any, cast

from synterm.checks.base import Answer, Check, Example
from synterm.checks.json_text import parse_json, same_json
from synterm.checks.near import shown
from synterm.checks.words import quoted
from synterm.core.case import value_text
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError
from synterm.text import one_line

_TOLD = 3
"""So many fields that differ are told."""


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
            found = parse_json(answer.text)
        except ValueError as error:
            return self.verdict(False, str(error))
        passed = same_json(found, wanted)
        if not passed and isinstance(found, dict) and isinstance(wanted, dict):
            return self.verdict(False, _differing(cast("dict[str, Any]", found), cast("dict[str, Any]", wanted)))
        return self._result(passed, answer, wanted)

    def _plain(self, text: str) -> str:
        text = text.strip() if self.strip else text
        return text.casefold() if self.ignore_case else text

    def _result(self, passed: bool, answer: Answer, wanted: Any) -> CheckResult:
        expected = quoted([value_text(wanted)])
        return self.verdict(passed, f"equals {expected}" if passed else f"{quoted([answer.text])}, expected {expected}")


def _differing(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """The fields in which two objects differ: of long ones, how they begin says nothing about that."""
    told = [
        f"{one_line(name, 40)}: {shown(found[name]) if name in found else 'missing'}, expected {shown(value)}"
        for name, value in wanted.items()
        if name not in found or not same_json(found[name], value)
    ]
    told += [f"{one_line(name, 40)}: {shown(found[name])}, not expected" for name in found if name not in wanted]
    more = f"; and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
    return "; ".join(told[:_TOLD]) + more
