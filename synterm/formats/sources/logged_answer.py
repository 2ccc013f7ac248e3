"""What a model answered, as providers' responses in logs tell it: chats, completions, OpenAI's responses, Anthropic's
messages."""

from __future__ import annotations

from typing import Any, cast

from synterm.core.completion import Outcome, Usage
from synterm.core.record import record
from synterm.formats.sources.call_facts import count
from synterm.formats.sources.chat import text_of_content, turns_of
from synterm.formats.strict_json import load_json
from synterm.providers.chat_answers import finish_reason, finished
from synterm.providers.loose_json import as_list, as_object
from synterm.providers.tool_calls import answer_text, calls_said

_CALLED = ("function_call", "custom_tool_call")
_INCOMPLETE = {"max_output_tokens": "length", "max_tokens": "length"}


@record
class Said:
    """An answer in a response."""

    text: str = ""
    """What it says, with the tools that it calls; for a refusal its words."""
    finish: str | None = None
    outcome: Outcome | None = None
    """None where the response is only a text."""
    usage: Usage = Usage()
    model: str = ""
    created: Any = None
    id: str = ""


def said_in(response: Any) -> Said | None:
    """The answer in a response, or the response itself where it is a text; None where there is none."""
    if isinstance(response, str):
        if response.startswith("{") and '"choices"' in response:
            try:
                return said_in(load_json(response))
            except ValueError:
                pass  # an answer that only begins like a response
        return Said(response) if response else None
    if isinstance(response, list):
        return Said(text) if (text := text_of_content(response)) else None
    if not isinstance(response, dict) or not response:
        return None
    found = cast("dict[str, Any]", response)
    text, refusal, finish = _parts(found)
    if finish is None and not text and not refusal:
        return None
    done = finished(text, refusal, finish, _usage(found.get("usage")), None)
    return Said(
        done.text,
        done.finish_reason,
        done.outcome,
        done.usage,
        _text(found.get("model")),
        found.get("created", found.get("created_at")),
        _text(found.get("id")),
    )


def _parts(found: dict[str, Any]) -> tuple[str, str, str | None]:
    """Text, refusal and why it ended."""
    choices: Any = found.get("choices")
    if isinstance(choices, list) and choices and isinstance(choices[0], dict):
        choice = cast("dict[str, Any]", choices[0])
        message = choice.get("message")
        finish = _finish(choice.get("finish_reason"))
        if isinstance(message, dict):
            return (*_message(cast("dict[str, Any]", message)), finish)
        return text_of_content(choice.get("text")), "", finish
    if isinstance(found.get("output"), list):
        return _of_responses(found)
    if isinstance(found.get("message"), dict):  # Ollama's chat
        return (*_message(found["message"]), _finish(found.get("done_reason")))
    content = found.get("output_text", found.get("content"))
    text, calls = text_of_content(content), _anthropic_calls(content)
    if found.get("role") == "assistant" and not calls:
        text, refusal = _message(found)
        return text, refusal, _finish(found.get("stop_reason"))
    return answer_text(text, calls_said({"tool_calls": calls})), "", _finish(found.get("stop_reason"))


def _message(message: dict[str, Any]) -> tuple[str, str]:
    refusal = message.get("refusal")
    text = text_of_content(message.get("content"))
    return answer_text(text, calls_said(message)), refusal if isinstance(refusal, str) else ""


def _of_responses(found: dict[str, Any]) -> tuple[str, str, str | None]:
    """OpenAI's Responses API: items of output."""
    items = [cast("dict[str, Any]", item) for item in found["output"] if isinstance(item, dict)]
    text = "".join(said for _, said in turns_of([item for item in items if "content" in item]))
    parts = [part for item in items for part in as_list(item.get("content"))]
    refusal = next((said for part in parts if (said := _text(as_object(part).get("refusal")))), "")
    calls = [{"id": item.get("call_id"), "function": item} for item in items if item.get("type") in _CALLED]
    finish = None
    if found.get("status") == "incomplete":
        reason = _text(as_object(found.get("incomplete_details")).get("reason"))
        finish = _INCOMPLETE.get(reason, _finish(reason))
    elif found.get("status") == "completed":
        finish = "tool_calls" if calls else "stop"
    return answer_text(text, calls_said({"tool_calls": calls})), refusal, finish


def _anthropic_calls(content: Any) -> list[dict[str, Any]]:
    parts = cast("list[Any]", content) if isinstance(content, list) else []
    used = (cast("dict[str, Any]", part) for part in parts if isinstance(part, dict))
    return [
        {"id": part.get("id"), "function": {"name": part.get("name"), "arguments": part.get("input")}}
        for part in used
        if part.get("type") == "tool_use"
    ]


def _usage(usage: Any) -> Usage:
    if not isinstance(usage, dict):
        return Usage()
    found = cast("dict[str, Any]", usage)
    return Usage(
        count(found.get("prompt_tokens", found.get("input_tokens"))),
        count(found.get("completion_tokens", found.get("output_tokens"))),
    )


def _finish(said: Any) -> str | None:
    return finish_reason(said) if isinstance(said, str) and said else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
