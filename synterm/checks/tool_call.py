"""The answer calls a tool with the right arguments."""

from __future__ import annotations

from typing import Any, cast

from pydantic import Field

from synterm.checks.base import Answer, Check, Example
from synterm.checks.called import Called, calls_in
from synterm.checks.fields import bounded
from synterm.checks.json_text import same_json
from synterm.checks.near import near, shown
from synterm.core.case import value_text
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError
from synterm.text import one_line, plural


class ToolCall(Check):
    """The answer calls a tool by its name and with the arguments that it must.

    Arguments that the check does not name may be anything, unless it is `exact`. The score is the share of what must be
    so, the name and each argument, that is so in the call that comes nearest; 0 where the tool is not called, which an
    answer without any call, or an empty one, does not. No verdict where neither the check nor the case names a tool.
    """

    type = "tool-call"
    instead = "name"
    example = Example(
        {"name": "book_room", "arguments": {"room": "A1", "hours": 2}},
        '[{"name": "book_room", "arguments": {"room": "A1", "hours": 3}}]',
        False,
        "book_room: hours is 3, expected 2",
        score=0.667,
    )

    name: str | None = Field(default=None, min_length=1)
    """The tool; without it, what the case expects: ``{name: …, arguments: {…}}``, or the name alone."""
    arguments: dict[str, Any] | None = None
    """The arguments that must be there, with their values; without them, and with a name, any will do."""
    tolerance: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """By how much numbers may differ."""
    exact: bool = False
    """Whether there may be no other arguments."""
    only: bool = False
    """Whether no other call may be made."""

    def judge(self, answer: Answer) -> CheckResult:
        wanted = self._wanted(answer.expected)
        calls = calls_in(bounded(answer.text))
        named = [call for call in calls if call.name == wanted.name]
        if not named:
            said = ", ".join(dict.fromkeys(one_line(call.name, 40) for call in calls[:5]))
            return self.verdict(False, f"does not call {wanted.name}" + (f", but {said}" if said else ""))
        score, complaint = max((self._compared(call, wanted) for call in named), key=lambda found: found[0])
        if self.only and len(calls) > 1:
            score, complaint = score / 2, complaint or f"makes {plural(len(calls) - 1, 'call')} besides {wanted.name}"
        return self.verdict(complaint is None, complaint or f"calls {wanted.name}", score=score)

    def _wanted(self, expected: Any) -> Called:
        if self.name is not None:
            return Called(self.name, self.arguments or {})
        if isinstance(expected, str) and expected.strip() and not expected.lstrip().startswith(("{", "[")):
            return Called(expected.strip(), self.arguments or {})
        found = calls_in(expected) if isinstance(expected, str) else _from_value(expected)
        if len(found) != 1 or not isinstance(found[0].arguments, dict):
            raise InputError("the check names no tool, and the case expects no call", hint="{name: …, arguments: {…}}")
        return found[0] if self.arguments is None else Called(found[0].name, self.arguments)

    def _compared(self, call: Called, wanted: Called) -> tuple[float, str | None]:
        """How near a call of the right name comes, and the first thing that is wrong."""
        if not isinstance(call.arguments, dict):
            return 1 / (1 + len(wanted.arguments)) / 2, f"{wanted.name}: the arguments are no JSON object"
        found = cast("dict[str, Any]", call.arguments)
        wrong = [said for name, value in wanted.arguments.items() if (said := self._differs(found, name, value))]
        extra = [name for name in found if name not in wanted.arguments] if self.exact else []
        wrong += [f"takes no {one_line(name, 40)}" for name in extra]
        parts = 1 + len(wanted.arguments) + len(extra)
        return 1 - len(wrong) / parts, f"{wanted.name}: {'; '.join(wrong[:3])}" if wrong else None

    def _differs(self, found: dict[str, Any], name: str, value: Any) -> str | None:
        if name not in found:
            return f"{name} is missing"
        same = near(found[name], value, self.tolerance) or same_json(found[name], value)
        return None if same else f"{name} is {shown(found[name])}, expected {shown(value)}"


def _from_value(expected: Any) -> list[Called]:
    """The calls that a case expects: one without arguments may leave them out."""
    items = cast("list[Any]", expected if isinstance(expected, list) else [expected])
    named = [cast("dict[str, Any]", item) for item in items if isinstance(item, dict)]
    whole: list[dict[str, Any]] = [{"arguments": {}, **item} for item in named]
    return calls_in(value_text(whole))
