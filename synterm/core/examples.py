"""Few-shot examples as text that people edit: one example a line, ``input -> answer``.

An example that does not fit on such a line (several input values, line breaks, an answer that is not text, an
arrow in the input) stands as one JSON object a line, ``{"input": {…}, "expected": …}``. Reading back what was
written gives the same examples.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
from pydantic import ValidationError

from synterm.core.prompt import Example
from synterm.errors import InputError

ARROW = " -> "


def examples_text(examples: Iterable[Example], variable: str | None) -> str:
    """The examples as text; `variable` is the prompt's only variable, None when it has none or several."""
    return "\n".join(_line(example, variable) for example in examples)


def parse_examples(text: str, variable: str | None) -> tuple[Example, ...]:
    """The examples that `text` says. Raises InputError naming the line."""
    return tuple(
        _parse(line, number, variable) for number, line in enumerate(text.split("\n"), start=1) if line.strip()
    )


def _line(example: Example, variable: str | None) -> str:
    if variable is not None and example.input.keys() == {variable}:
        given, expected = example.input[variable], example.expected
        if _plain(given) and _plain(expected) and not given.startswith("{"):
            line = f"{given}{ARROW}{expected}"
            # An arrow in the input, or the beginning of one at its end, would be read as the one between.
            if line.index(ARROW) == len(given):
                return line
    return orjson.dumps(example.model_dump(mode="json")).decode()


def _plain(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value == value.strip() and len(value.splitlines()) == 1


def _parse(line: str, number: int, variable: str | None) -> Example:
    if line.lstrip().startswith("{"):
        return _parse_json(line, number)
    if variable is None:
        raise InputError(
            "this prompt needs one JSON object a line",
            where=f"line {number}",
            hint='{"input": {"name": "…"}, "expected": "…"}',
        )
    given, arrow, expected = line.strip().partition(ARROW)
    if not arrow:
        raise InputError("no answer after the input", where=f"line {number}", hint=f"write: input{ARROW}answer")
    return Example(input={variable: given.strip()}, expected=expected.strip())


def _parse_json(line: str, number: int) -> Example:
    try:
        return Example.model_validate(orjson.loads(line))
    except ValueError as error:
        what = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise InputError(f"not an example: {what}", where=f"line {number}") from error
