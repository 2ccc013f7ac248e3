"""What goes between a run and its workers: lines of JSON, both ways. Nothing else is taken from the other side.

To a worker, once: the setup, ``{"version": "0.1.0"}``. Then, any number of lines at a time:

- ``{"id": 1, "op": "complete", "request": {…}}`` asks for an answer,
- ``{"op": "checks", "name": "…", "checks": [{…}]}`` makes checks ready under a name,
- ``{"id": 2, "op": "judge", "checks": "…", "case": {…}, "completion": {…}, "tools": […]}`` asks for a verdict,
- ``{"id": 1, "op": "cancel"}`` says that nobody waits any more,
- ``{"id": 3, "op": "warm", "model": "{…}"}`` starts what a model needs.

From it: ``{"id": 0, "done": {}}`` once, when it is there, then ``{"id": 1, "done": {…}}``, or ``{"id": 1, "failed":
"why"}`` where the work itself could not be done; ``{"over": "why"}`` where it gave up all that it had.

A model is a text, the JSON of its specification: what is the same in all requests is made and read once.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import orjson

from synterm.core.completion import Completion
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import JsonSchema, Labels, Request, constraint_body
from synterm.providers import wire

Line = dict[str, Any]

_KNOWN_MODELS = 64
_TEXT, _NUMBER, _COUNT = (str, type(None)), (int, float, type(None)), (int, type(None))
_FIELDS: dict[str, tuple[type, ...]] = {
    "text": (str,),
    "finish_reason": _TEXT,
    "usage": (list,),
    "cost_usd": _NUMBER,
    "latency_ms": _NUMBER,
    "first_token_ms": _NUMBER,
    "raw": (str,),
    "error": _TEXT,
    "hint": _TEXT,
    "retry_after_s": _NUMBER,
    "attempts": (int,),
}
"""What a completion's fields may be as JSON, besides its outcome."""


def packed(lines: Iterable[Line]) -> bytes:
    """Lines of JSON. Raises TypeError for what JSON can't hold."""
    return b"".join(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE) for line in lines)


def unpacked(content: bytes) -> list[Line]:
    """What `packed` made. Raises ValueError for anything else."""
    lines: list[Any] = [orjson.loads(line) for line in content.splitlines() if line]
    if not all(isinstance(line, dict) for line in lines):
        raise ValueError("a line is no JSON object")
    return lines


def request_line(request: Request) -> Line:
    """A request as JSON, whole: `request_of` gives an equal one, with the same key."""
    return {
        "model": model_text(request.model),
        "messages": [[message.role, message.content] for message in request.messages],
        "params": request.params,
        "constraint": constraint_body(request.constraint),
        "repeat": request.repeat,
        "dialog": request.dialog,
        "values": request.values,
    }


def request_of(line: Line) -> Request:
    """The request of a line. Raises KeyError, TypeError or ValueError for what `request_line` never makes."""
    held = line["constraint"]
    constraint = Labels(tuple(held["labels"])) if "labels" in held else JsonSchema(held["schema"]) if held else None
    return Request(
        model=model_of(line["model"]),
        messages=tuple(Message(role=role, content=content) for role, content in line["messages"]),
        params=line["params"],
        constraint=constraint,
        repeat=line["repeat"],
        dialog=line["dialog"],
        values=line["values"],
    )


_texts: dict[int, tuple[ModelSpec, str]] = {}


def model_text(model: ModelSpec) -> str:
    """A model as text; `model_of` gives an equal one."""
    # By identity: a model's own hash is that of its whole JSON. Who is in here can't be taken for another.
    held = _texts.get(id(model))
    if held is None:
        if len(_texts) >= _KNOWN_MODELS:
            _texts.clear()
        held = _texts[id(model)] = (model, model.model_dump_json())
    return held[1]


@lru_cache(_KNOWN_MODELS)
def model_of(text: str) -> ModelSpec:
    """The model of a text. Raises ValueError for what `model_text` never makes."""
    return ModelSpec.model_validate_json(text)


def completion_of(line: Line) -> Completion:
    """The completion of a line that `wire.pack` made. Raises KeyError, TypeError or ValueError for anything else."""
    if len(line) != len(_FIELDS) + 1:
        raise ValueError("it has fields that no answer has")
    for name, kinds in _FIELDS.items():
        if type(line[name]) not in kinds:
            raise TypeError(f"its {name} is a {type(line[name]).__name__}")
    if len(usage := line["usage"]) != 2 or not all(type(count) in _COUNT for count in usage):
        raise ValueError("its usage is no two counts")
    return wire.unpack(line)
