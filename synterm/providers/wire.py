"""What goes between synterm and a host process: one JSON object a line, both ways.

To the child:    ``{"id": 1, "op": "complete", "stream": true, "body": {…}}`` and ``{"id": 1, "op": "cancel"}``.
From the child:  ``{"ready": true}`` once, then ``{"id": 1, "text": "piece"}`` and ``{"id": 1, "done": {…}}``.
"""

from __future__ import annotations

from typing import Any

import orjson

from synterm.core.completion import Completion, Outcome, Usage, failed_call
from synterm.core.request import Request
from synterm.errors import SyntermError
from synterm.text import megabytes, storable

MAX_ANSWER_BYTES = 8_000_000
"""The largest answer that is taken, as it comes from the provider."""
MAX_LINE_BYTES = 4 * MAX_ANSWER_BYTES
"""The longest line: an answer's raw response and its text, both escaped."""

READY = b'{"ready":true}\n'


def complete_line(call_id: int, body: dict[str, Any], stream: bool) -> bytes:
    """The line that asks for an answer."""
    return orjson.dumps({"id": call_id, "op": "complete", "stream": stream, "body": body}) + b"\n"


def cancel_line(call_id: int) -> bytes:
    """The line that says nobody waits for this answer any more."""
    return orjson.dumps({"id": call_id, "op": "cancel"}) + b"\n"


def text_line(call_id: int, piece: str) -> bytes:
    """The line with one piece of a streamed answer."""
    return orjson.dumps({"id": call_id, "text": storable(piece)}) + b"\n"


def done_line(call_id: int, completion: Completion) -> bytes:
    """The line with an answer; one that is too large becomes a MALFORMED outcome."""
    if len(completion.raw) <= MAX_ANSWER_BYTES:
        line = orjson.dumps({"id": call_id, "done": pack(completion)}) + b"\n"
        if len(line) <= MAX_LINE_BYTES:
            return line
    return orjson.dumps({"id": call_id, "done": pack(too_large())}) + b"\n"


def too_large() -> Completion:
    """The outcome of an answer over the limit."""
    return failed_call(
        Outcome.MALFORMED,
        f"the answer is over {megabytes(MAX_ANSWER_BYTES)}",
        "set max_tokens, or look at what the endpoint sends",
    )


def failure(error: SyntermError, outcome: Outcome = Outcome.PROVIDER_ERROR) -> Completion:
    """A completion that says what `error` says."""
    return failed_call(outcome, str(error), error.hint)


def request_body(request: Request) -> dict[str, Any]:
    """A request's model and messages as JSON for a child."""
    messages = [{"role": message.role, "content": message.content} for message in request.messages]
    return {"model": request.model.resolved, "messages": messages}


def unpack(done: dict[str, Any]) -> Completion:
    """The completion that `pack` made JSON of. Raises KeyError, TypeError or ValueError for anything else."""
    fields: dict[str, Any] = {
        **done,
        "outcome": Outcome(done["outcome"]),
        "usage": Usage(*done["usage"]),
        "raw": done["raw"].encode("latin-1"),
    }
    return Completion(**fields)


def pack(completion: Completion) -> dict[str, Any]:
    """A completion as JSON, as a provider gives it: without what the project file knows of it."""
    return {
        "outcome": completion.outcome.value,
        "text": storable(completion.text),
        "finish_reason": completion.finish_reason,
        "usage": [completion.usage.prompt, completion.usage.completion],
        "cost_usd": completion.cost_usd,
        "latency_ms": completion.latency_ms,
        "first_token_ms": completion.first_token_ms,
        # Latin-1 gives every byte a character, so that any response survives, also one that is not UTF-8.
        "raw": completion.raw.decode("latin-1"),
        "error": None if completion.error is None else storable(completion.error),
        "hint": completion.hint,
        "retry_after_s": completion.retry_after_s,
        "attempts": completion.attempts,
    }
