"""Fields of an answer that is JSON hold what they must."""

from __future__ import annotations

from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from synterm.checks.base import Answer, Check, Example
from synterm.checks.json_text import look_up, parse_json, same_json, unfenced
from synterm.checks.near import near, shown
from synterm.core.evaluation import CheckResult
from synterm.errors import InputError


class Rule(BaseModel):
    """What a field must hold: all that is said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    equals: Any = None
    approx: float | None = Field(default=None, allow_inf_nan=False)
    tolerance: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    contains: Any = None

    @model_validator(mode="after")
    def _says_something(self) -> Rule:
        if not self.model_fields_set & {"equals", "approx", "contains"}:
            raise ValueError("needs equals, approx or contains")
        return self

    def complaint(self, found: Any, tolerance: float) -> str | None:
        """How `found` differs; None where it is as it must be. Numbers may differ by `tolerance`."""
        if "equals" in self.model_fields_set and not near(found, self.equals, tolerance):
            return f"{shown(found)}, expected {shown(self.equals)}"
        if self.approx is not None:
            margin = tolerance if self.tolerance is None else self.tolerance
            if not near(found, self.approx, margin):
                return f"{shown(found)}, expected {self.approx:g} ± {margin:g}"
        if self.contains is not None and not _holds(found, self.contains):
            return f"{shown(found)} does not contain {shown(self.contains)}"
        return None


class JsonField(Check):
    """Fields of an answer that is JSON equal, come near, or contain what they must.

    Fields are named by paths: ``route.name``, ``items.0.score``. A Markdown code fence around the JSON counts for
    nothing. The score is the share of fields that are as they must be; all must be, for a pass. A field that the answer
    does not have is wrong, and so are all in an answer that is empty or not JSON. ``1`` equals ``1.0``, and ``true``
    does not equal ``1``. No verdict where a value is to come from what the case expects, and that does not have it.
    """

    type = "json-field"
    example = Example(
        {"fields": {"route.name": "schedule", "score": {"approx": 0.9, "tolerance": 0.05}, "note": {"contains": "a"}}},
        '{"route": {"name": "schedule"}, "score": 0.8}',
        False,
        "score: 0.8, expected 0.9 ± 0.05; the answer has no note",
        score=0.333,
    )

    fields: dict[str, Rule | None] = Field(min_length=1)
    """For each path a value to equal, or ``{equals: …}``, ``{approx: 0.5, tolerance: 0.1}``, ``{contains: …}`` (a part
    of a text, an item of a list, a name of an object). A list of paths alone takes the values from what the case
    expects."""
    tolerance: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    """By how much numbers may differ where a field does not say it."""

    @field_validator("fields", mode="before")
    @classmethod
    def _rules(cls, value: Any) -> Any:
        if isinstance(value, str):
            value = [value]
        if isinstance(value, list | tuple):
            return dict.fromkeys(cast("list[Any]", value))
        if not isinstance(value, dict):
            return value
        return {path: _rule(rule) for path, rule in cast("dict[str, Any]", value).items()}

    @field_validator("fields")
    @classmethod
    def _paths(cls, fields: dict[str, Any]) -> dict[str, Any]:
        if any(not step for path in fields for step in path.split(".")):
            raise ValueError("a path has an empty step; write route.name or items.0.label")
        return fields

    @property
    def needs_expected(self) -> bool:
        return None in self.fields.values()

    def judge(self, answer: Answer) -> CheckResult:
        rules = {path: rule or _expected(answer.expected, path) for path, rule in self.fields.items()}
        try:
            document = parse_json(unfenced(answer.text))
        except ValueError as error:
            return self.verdict(False, str(error))
        said = [self._complaint(document, path, rule) for path, rule in rules.items()]
        complaints = [complaint for complaint in said if complaint]
        score = 1 - len(complaints) / len(rules)
        reason = "; ".join(complaints[:3]) + (f"; and {len(complaints) - 3} more" if len(complaints) > 3 else "")
        return self.verdict(not complaints, reason or f"{', '.join(rules)} as expected", score=score)

    def _complaint(self, document: Any, path: str, rule: Rule) -> str | None:
        try:
            found = look_up(document, path)
        except LookupError:
            return f"the answer has no {path}"
        complaint = rule.complaint(found, self.tolerance)
        return None if complaint is None else f"{path}: {complaint}"


def _rule(value: Any) -> Any:
    """A value to equal as a rule; an object must say in which way it is meant."""
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    return {"equals": value}


def _expected(expected: Any, path: str) -> Rule:
    try:
        return Rule(equals=look_up(expected, path))
    except LookupError as error:
        raise InputError(f"{path} has no value in the check, and what the case expects has no {path}") from error


def _holds(found: Any, wanted: Any) -> bool:
    if isinstance(found, str):
        return isinstance(wanted, str) and wanted in found
    if isinstance(found, dict):
        return wanted in found
    return isinstance(found, list) and any(same_json(item, wanted) for item in cast("list[Any]", found))
