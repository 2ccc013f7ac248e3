"""The answer holds JSON, whatever stands around it."""

from __future__ import annotations

from synterm.checks.base import Answer, Example
from synterm.checks.fields import bounded
from synterm.checks.is_json import IsJson
from synterm.checks.json_schema import MAX_CHARACTERS
from synterm.checks.json_within import json_within
from synterm.core.evaluation import CheckResult
from synterm.core.request import Constraint
from synterm.errors import InputError

_MOST_VALUES = 100
"""So many are held against a schema."""


class ContainsJson(IsJson):
    """The answer holds a JSON object or list somewhere that fits a JSON schema if one is given.

    Text and code fences around it count for nothing; of several, one that fits is enough. An empty answer holds none.
    No verdict for an answer of over 1,000,000 characters (200,000 with a schema), or one full of brackets that hold no
    JSON.
    """

    type = "contains-json"
    example = Example(
        {"value": {"required": ["route"]}},
        'Here you are:\n```json\n{"route": "schedule"}\n```',
        True,
        "contains JSON that fits the schema",
    )

    def constraint(self) -> Constraint | None:
        return None

    def judge(self, answer: Answer) -> CheckResult:
        text = bounded(answer.text) if self.value is None else bounded(answer.text, MAX_CHARACTERS)
        try:
            return self._first_fit(text)
        except ValueError as error:
            raise InputError(f"the answer can't be searched for JSON: {error}") from error

    def _first_fit(self, text: str) -> CheckResult:
        complaints: list[str] = []
        for value in json_within(text):
            complaint = self.complaint(value)
            if complaint is None:
                fits = "" if self.value is None else " that fits the schema"
                return self.verdict(True, f"contains JSON{fits}")
            complaints.append(complaint)
            if len(complaints) == _MOST_VALUES:
                raise InputError(f"the first {_MOST_VALUES} objects and lists in the answer do not fit the schema")
        return self.verdict(False, complaints[0] if complaints else "contains no JSON object or list")
