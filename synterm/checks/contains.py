"""Checks for texts that the answer must hold. Names and meaning as promptfoo's."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, Field

from synterm.checks.base import Answer, Check, Example
from synterm.checks.words import Word, quoted, word, words_of
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError

OneText = Annotated[Word, Field(min_length=1)]


class Contains(Check):
    """The answer holds a text, letter for letter."""

    type = "contains"
    instead = "value"
    ignores_case: ClassVar[bool] = False
    example = Example({"value": "refund"}, "A refund is due.", True, 'contains "refund"')

    value: OneText | None = None
    """What to look for; without it, what the case expects."""

    def judge(self, answer: Answer) -> CheckResult:
        wanted = _one(self.value, answer)
        passed = _folded(wanted, self.ignores_case) in _folded(answer.text, self.ignores_case)
        return self.verdict(passed, f"{'contains' if passed else 'does not contain'} {quoted([wanted])}")


class IContains(Contains):
    """The answer holds a text, whatever its case."""

    type = "icontains"
    ignores_case = True
    example = Example({"value": "refund"}, "REFUND: yes", True, 'contains "refund"')


class StartsWith(Check):
    """The answer begins with a text, letter for letter."""

    type = "starts-with"
    instead = "value"
    example = Example({"value": "Dear"}, "Hi Ines,", False, 'does not start with "Dear"')

    value: OneText | None = None
    """How it must begin; without it, as the case expects."""

    def judge(self, answer: Answer) -> CheckResult:
        wanted = _one(self.value, answer)
        passed = answer.text.startswith(wanted)
        return self.verdict(passed, f"{'starts' if passed else 'does not start'} with {quoted([wanted])}")


class _Several(Check):
    """Looks for several texts."""

    instead = "value"
    ignores_case: ClassVar[bool] = False

    value: Annotated[tuple[str, ...], BeforeValidator(words_of)] | None = None
    """A list, or one text with commas between; without it, what the case expects."""

    def split(self, answer: Answer) -> tuple[list[str], list[str]]:
        """The texts that the answer holds, and those that it doesn't."""
        text = _folded(answer.text, self.ignores_case)
        wanted = _several(self.value, answer)
        found = [item for item in wanted if _folded(item, self.ignores_case) in text]
        return found, [item for item in wanted if item not in found]


class ContainsAny(_Several):
    """The answer holds at least one of several texts."""

    type = "contains-any"
    example = Example({"value": ["red", "green"]}, "the green one", True, 'contains "green"')

    def judge(self, answer: Answer) -> CheckResult:
        found, missing = self.split(answer)
        return self.verdict(
            bool(found), f"contains {quoted(found[:1])}" if found else f"contains none of {quoted(missing)}"
        )


class IContainsAny(ContainsAny):
    """The answer holds at least one of several texts, whatever its case."""

    type = "icontains-any"
    ignores_case = True
    example = Example({"value": "red, green"}, "THE GREEN ONE", True, 'contains "green"')


class ContainsAll(_Several):
    """The answer holds all of several texts."""

    type = "contains-all"
    example = Example({"value": ["red", "green"]}, "the green one", False, 'does not contain "red"')

    def judge(self, answer: Answer) -> CheckResult:
        found, missing = self.split(answer)
        return self.verdict(
            not missing, f"does not contain {quoted(missing)}" if missing else f"contains {quoted(found)}"
        )


class IContainsAll(ContainsAll):
    """The answer holds all of several texts, whatever its case."""

    type = "icontains-all"
    ignores_case = True
    example = Example({"value": ["red", "green"]}, "Red, then GREEN", True, 'contains "red", "green"')


def _folded(text: str, ignores_case: bool) -> str:
    return text.casefold() if ignores_case else text


def _one(value: str | None, answer: Answer) -> str:
    wanted: Any = word(answer.expected) if value is None else value
    if not isinstance(wanted, str) or not wanted:
        raise InputError("the check has no value, and the case expects no text")
    return wanted


def _several(value: tuple[str, ...] | None, answer: Answer) -> tuple[str, ...]:
    if value is not None:
        return value
    try:
        return words_of(answer.expected)
    except ValueError as error:
        raise InputError(f"the check has no value, and what the case expects {error}") from error
