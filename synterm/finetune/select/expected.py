"""The answer that a case expects, written as a model should write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import orjson

from synterm.checks.called import calls_in
from synterm.core.case import Case, value_text
from synterm.core.dialog import is_dialog
from synterm.core.ids import canonical_json
from synterm.finetune.select.judging import Judging
from synterm.providers.tool_calls import ToolCall, answer_text

_TOOL_CHECKS = frozenset(("tool-call", "tool-call-f1", "is-valid-openai-tools-call"))


def expected_text(case: Case, judging: Judging, *, tools: bool) -> tuple[str | None, str]:
    """The text of the expected answer, and why it is right; None, and why, where there is none.

    It must be one that the scenario's checks accept, as far as those ask nobody. `tools`: whether the prompt offers
    functions, so that what looks like a call is one. Of a dialog nothing but a whole transcript would be an answer.
    """
    if case.expected is None:
        return None, ""
    if is_dialog(case.input):
        return None, "of a dialog only a whole transcript can be learnt"
    why = ""
    for text in _spellings(case, judging, tools=tools):
        verdict, reason = judging.accepts(case, text)
        if verdict:
            return text, f"the case expects it, and its checks accept it: {reason}"
        if verdict is None:
            return text, "the case expects it; no check that costs nothing can say more"
        why = why or reason
    return None, f"what it expects fails its checks: {why}" if why else "what it expects says nothing"


def _spellings(case: Case, judging: Judging, *, tools: bool) -> Iterator[str]:
    """The ways to write what is expected, the best first; each says something."""
    if found := judging.label(case):
        check, label = found
        yield next((letter for letter, meant in check.choices.items() if meant == label), label)
    calls = tools or any(part.type in _TOOL_CHECKS for part in judging.parts(case.scenario_id))
    if calls and (called := _called(case.expected)):
        yield called
    if isinstance(case.expected, str):
        if case.expected.strip():
            yield case.expected
    else:
        yield canonical_json(case.expected).decode()


def _called(expected: Any) -> str | None:
    """Calls of tools in the project's own text form; None where nothing is called."""
    content, listed = "", expected
    if isinstance(expected, str):
        listed = None
    elif "tool_calls" in (said := _object(expected)):
        content, listed = str(said.get("content") or ""), said["tool_calls"]
    items = cast("list[Any]", listed if isinstance(listed, list) else [listed])
    found = calls_in(expected if isinstance(expected, str) else value_text([_whole(item) for item in items]))
    if not isinstance(expected, str) and len(found) < len(items):
        return None
    if not found:
        return None
    calls = [
        ToolCall(name=call.name, arguments=call.arguments if isinstance(call.arguments, str) else _json(call.arguments))
        for call in found
    ]
    return answer_text(content, calls)


def _whole(item: Any) -> Any:
    """A call; one without arguments may leave them out."""
    said = _object(item)
    return cast("Any", {"arguments": {}, **said} if "name" in said else item)


def _object(value: Any) -> dict[str, Any]:
    """The value where it is an object; else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
