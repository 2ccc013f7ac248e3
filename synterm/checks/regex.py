"""The answer matches a regular expression."""

from __future__ import annotations

from pydantic import Field, field_validator

from synterm.checks.base import Answer, Check, Example
from synterm.checks.patterns import compile_pattern, found
from synterm.core.evaluation import CheckResult
from synterm.text import one_line


class Regex(Check):
    """The answer matches a regular expression (RE2), somewhere or as a whole."""

    type = "regex"
    example = Example({"value": r"\b\d{4}-\d\d\b"}, "due on 2026-03", True, r"matches \b\d{4}-\d\d\b")

    value: str = Field(min_length=1)
    """The pattern, in RE2's syntax."""
    full: bool = False
    """Whether the pattern must match all of the answer."""

    @field_validator("value")
    @classmethod
    def _usable(cls, value: str) -> str:
        compile_pattern(value)
        return value

    def judge(self, answer: Answer) -> CheckResult:
        passed = found(compile_pattern(self.value), answer.text, full=self.full)
        return self.verdict(passed, f"{'matches' if passed else 'does not match'} {one_line(self.value, 80)}")
