"""What goes between a run and its workers: lines of JSON, both ways. Nothing else is taken from the other side.

To a worker, once: the setup, ``{"version": "0.1.0"}``. Then, any number of lines at a time:

- ``{"id": 1, "op": "complete", "request": {…}}`` asks for an answer,
- ``{"op": "checks", "name": "…", "checks": [{…}]}`` makes checks ready under a name,
- ``{"id": 2, "op": "judge", "checks": "…", "case": {…}, "completion": {…}, "tools": […]}`` asks for a verdict,
- ``{"id": 1, "op": "cancel"}`` says that nobody waits any more,
- ``{"op": "warm", "models": [{…}]}`` starts what models need.

From it: ``{"id": 1, "done": {…}}``, or ``{"id": 1, "failed": "why"}`` where the work itself could not be done.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson

from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import JsonSchema, Labels, Request, constraint_body

Line = dict[str, Any]


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
        "model": request.model.model_dump(mode="json"),
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
        model=ModelSpec.model_validate(line["model"]),
        messages=tuple(Message(role=role, content=content) for role, content in line["messages"]),
        params=line["params"],
        constraint=constraint,
        repeat=line["repeat"],
        dialog=line["dialog"],
        values=line["values"],
    )
