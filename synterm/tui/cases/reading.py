"""Between a case and the texts of its form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from synterm.core.case import Case
from synterm.errors import InputError
from synterm.formats.strict_json import load_json


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the fields of a form."""

    values: Mapping[str, str]
    """By name; what is no text stands as JSON."""
    expected: str
    is_json: bool
    tags: str
    split: str
    status: str
    scenario_id: str


def filled(case: Case) -> Filled:
    """The texts that say a case."""
    return Filled(
        values={name: _shown(value) for name, value in case.input.items()},
        expected="" if case.expected is None else _shown(case.expected),
        is_json=case.expected is not None and not isinstance(case.expected, str),
        tags=" ".join(case.tags),
        split=case.split,
        status=case.status,
        scenario_id=case.scenario_id,
    )


def read_filled(case: Case, form: Filled) -> Case:
    """The case that a form says, made from what it was. Raises InputError whose `where` is the field."""
    values = {name: _value(name, text, case.input.get(name, "")) for name, text in form.values.items()}
    before = filled(case)
    if not values:
        raise InputError("a case needs a value", where="input")
    return Case.model_validate(
        {
            **case.model_dump(),
            "input": values,
            # What nobody touched stays as it is, also where its text can't say it: an empty text that is expected, tags
            # that hold a space.
            "expected": case.expected if _same_expected(form, before) else _expected(form),
            "tags": case.tags if form.tags == before.tags else tuple(dict.fromkeys(form.tags.split())),
            "split": form.split,
            "status": form.status,
            "scenario_id": form.scenario_id,
        }
    )


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def _value(name: str, text: str, before: Any) -> Any:
    if text == _shown(before):
        return before
    return text if isinstance(before, str) else _json(text, name)


def _same_expected(form: Filled, before: Filled) -> bool:
    return (form.expected, form.is_json) == (before.expected, before.is_json)


def _expected(form: Filled) -> Any:
    if form.is_json:
        return _json(form.expected, "expected")
    return form.expected or None


def _json(text: str, field: str) -> Any:
    try:
        return load_json(text)
    except ValueError as error:
        raise InputError(str(error), where=field) from error
