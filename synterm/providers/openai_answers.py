"""A body of OpenAI's chat protocol, read into a completion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from synterm.core.completion import Completion, Outcome, Usage, failed_call
from synterm.providers.chat_answers import finish_reason, finished, usage_of, without_thinking
from synterm.providers.http_outcomes import cut_short
from synterm.providers.loose_json import as_list, as_object, read_json
from synterm.providers.tool_calls import ToolCall, answer_text, calls_said, joined

Document = dict[str, Any]
Bill = Callable[[Usage, Document], float | None]
"""What an answer cost in US dollars, by its token counts and its `usage` object as it came; None: unknown."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer of a response, or a piece of one in a stream."""

    text: str = ""
    refusal: str = ""
    finish: str | None = None
    """Why it ended, as the endpoint says it."""
    apart: bool = False
    """Whether the endpoint itself keeps the model's thoughts apart from the text."""
    calls: Sequence[ToolCall] = ()
    """The tools that it calls, or pieces of such calls."""


def read_answer(body: bytes, bill: Bill) -> Completion | None:
    """The completion in a whole response; None when the body is no such response."""
    document = read_document(body)
    if document is None:
        return None
    if document.get("choices") == []:
        return failed_call(Outcome.MALFORMED, "the endpoint sent an answer without choices")
    choice = first_choice(document, "message")
    return None if choice is None else completion_of(choice, document.get("usage"), bill)


def read_document(data: bytes) -> Document | None:
    """A response, or an event of a stream; None for what is none, or reports an error."""
    try:
        document = as_object(read_json(data))
    except ValueError:
        return None
    return document if document and not _has_error(document) else None


def first_choice(document: Document, part: str) -> Choice | None:
    """The first of a response's choices, whose text is in its `part`; None when there is none."""
    choice = as_object(next(iter(as_list(document.get("choices"))), None))
    if not isinstance(choice.get(part), dict):
        return None
    said = as_object(choice[part])
    return Choice(
        _text(said.get("content")),
        _text(said.get("refusal")),
        _text(choice.get("finish_reason")) or None,
        "reasoning_content" in said or "reasoning" in said,
        calls_said(said),
    )


def completion_of(choice: Choice, usage: object, bill: Bill) -> Completion:
    """The completion of an answer that is whole; `usage` as it came."""
    counts = as_object(usage)
    text = answer_text(choice.text if choice.apart else without_thinking(choice.text), choice.calls)
    tokens = usage_of(counts.get("prompt_tokens"), counts.get("completion_tokens"), text)
    return finished(text, choice.refusal, finish_reason(choice.finish), tokens, bill(tokens, counts))


def cached_tokens(usage: Document) -> int:
    """How many tokens of the prompt the endpoint had in its cache, by its `usage` object."""
    details = as_object(usage.get("prompt_tokens_details"))
    cached: Any = details.get("cached_tokens") or usage.get("prompt_cache_hit_tokens")
    return cached if type(cached) is int and cached > 0 else 0


class StreamedAnswer:
    """The answer that the events of a stream add up to."""

    def __init__(self, bill: Bill) -> None:
        self.done = False
        """Whether the end mark came."""
        self.broken = False
        """Whether an event was none: an error, or no JSON."""
        self.events = 0
        """How many came."""
        self._bill = bill
        self._texts: list[str] = []
        self._refusals: list[str] = []
        self._finish: str | None = None
        self._apart = False
        self._calls: list[ToolCall] = []
        self._usage: Any = None

    def take(self, data: bytes) -> str:
        """Take in what one event says; its new text, or nothing."""
        if self.done or data == b"[DONE]":
            self.done = True
            return ""
        event = read_document(data)
        if event is None:
            self.broken = True
            return ""
        self.events += 1
        self._usage = event.get("usage") or self._usage
        choice = first_choice(event, "delta")
        return "" if choice is None else self._add(choice)

    def completion(self) -> Completion:
        """The answer; cut short when no reason for its end came."""
        text = "".join(self._texts)
        if self._finish is None:
            return cut_short(without_thinking(text))
        refusal = "" if text else "".join(self._refusals)
        choice = Choice(text, refusal, self._finish, self._apart, joined(self._calls))
        return completion_of(choice, self._usage, self._bill)

    def _add(self, choice: Choice) -> str:
        self._finish = choice.finish or self._finish
        self._apart = self._apart or choice.apart
        self._refusals.append(choice.refusal)
        self._texts.append(choice.text)
        self._calls += choice.calls
        return choice.text


def _has_error(document: Document) -> bool:
    """Whether it reports an error; some servers send an empty one with every answer."""
    error: object = document.get("error")
    if isinstance(error, dict):
        said = as_object(error)  # pyright: ignore[reportUnknownArgumentType]
        return bool(said.get("message")) or said.get("code") is not None
    return bool(error)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
