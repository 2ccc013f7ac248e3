"""Conversations whose turns are each one text, as LLaMA-Factory reads them: a call of functions is a turn of its own
kind, and what breaks the rule of taking turns is skipped there with a warning, so it is left out here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synterm.core.prompt import Message
from synterm.core.training import TrainingExample, TrainingSet
from synterm.finetune.formats.chat import json_line, said
from synterm.finetune.formats.rows import CannotHoldError, check_alternating

CALL = "call"
"""The role of an answer that calls functions."""
CALL_AND_TEXT = "an answer that says something beside its calls"


def turns(messages: tuple[Message, ...], tools: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Role and text of each message; of calls, the JSON that LLaMA-Factory takes. Raises CannotHoldError."""
    check_alternating(messages)
    found: list[tuple[str, str]] = []
    for one in said(messages, tools):
        if one.calls and one.text:
            raise CannotHoldError(CALL_AND_TEXT)
        if one.calls:
            calls = [{"name": name, "arguments": arguments} for name, arguments in one.calls]
            found.append((CALL, json_line(calls)))
        else:
            found.append((one.role, one.text))
    return found


def some_tools(chosen: TrainingSet) -> bool:
    """Whether a set needs a column of functions: all rows have it then, for readers take the first one's columns."""
    return any(example.tools for example in chosen.examples)


def tools_column(example: TrainingExample, column: bool) -> dict[str, Any]:
    """The functions of an example as JSON in a text; an empty one where others have some."""
    return {"tools": json_line(list(example.tools)) if example.tools else ""} if column else {}
