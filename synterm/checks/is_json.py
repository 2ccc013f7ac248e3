"""The answer is JSON, and fits a schema."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from pydantic import PrivateAttr, field_validator, model_validator

from synterm.checks.base import Answer, Check, Example
from synterm.checks.json_schema import MAX_CHARACTERS, Schema
from synterm.checks.json_text import parse_json
from synterm.core.evaluation import CheckResult
from synterm.core.ids import canonical_json
from synterm.core.request import Constraint, JsonSchema
from synterm.errors import InputError


class IsJson(Check):
    """The answer is JSON, all of it, and fits a JSON schema if one is given.

    An empty answer is not JSON. With a schema, an answer of over 200,000 characters fails, and one on which the schema
    takes too many steps gets no verdict.
    """

    type = "is-json"
    example = Example({"value": {"required": ["total"]}}, '{"sum": 3}', False, "$: 'total' is a required property")

    value: dict[str, Any] | None = None
    """The schema, as values or as one JSON text; without it any JSON will do."""
    _schema: Schema | None = PrivateAttr(default=None)

    @field_validator("value", mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return parse_json(value) if isinstance(value, str) else value

    @field_validator("value")
    @classmethod
    def _usable(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None:
            _schema(canonical_json(value))
        return value

    @model_validator(mode="after")
    def _compile(self) -> IsJson:
        self._schema = None if self.value is None else _schema(canonical_json(self.value))
        return self

    def constraint(self) -> Constraint | None:
        return None if self.value is None else JsonSchema(self.value)

    def judge(self, answer: Answer) -> CheckResult:
        try:
            value = parse_json(answer.text)
        except ValueError as error:
            return self.verdict(False, str(error))
        if self._schema is None:
            return self.verdict(True, "is JSON")
        if len(answer.text) > MAX_CHARACTERS:
            return self.verdict(False, f"over {MAX_CHARACTERS:,} characters long, too long for a schema")
        complaint = self.complaint(value)
        return self.verdict(complaint is None, complaint or "is JSON that fits the schema")

    def complaint(self, value: Any) -> str | None:
        """Where `value` does not fit the schema; None where it fits, or there is none. Raises InputError where that
        can't be said."""
        try:
            return None if self._schema is None else self._schema.complaint(value)
        except ValueError as error:
            raise InputError(str(error)) from error


@lru_cache(maxsize=32)
def _schema(source: bytes) -> Schema:
    """The schema that JSON text says; made ready once for those in use."""
    return Schema(orjson.loads(source))
