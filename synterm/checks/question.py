"""What a check asks a model about an answer, and what came back."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import orjson

from synterm.core.completion import Completion
from synterm.core.ids import canonical_json
from synterm.core.prompt import Message


@dataclass(frozen=True, slots=True)
class Question:
    """One call to the model that judges."""

    model: str
    """The name of a model of the project."""
    messages: tuple[Message, ...]
    schema_json: bytes
    """The JSON schema that the reply is to fit, as canonical JSON."""
    repeat: int = 0
    """0 for the first judgement of an answer; each further one is a call of its own."""
    steady: bool = True
    """Whether the same reply is wanted each time: temperature 0, where the model takes it."""

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON schema that the reply is to fit."""
        return orjson.loads(self.schema_json)

    def saying(self, user: str) -> Question:
        """The same question with another user message."""
        return replace(self, messages=(*self.messages[:-1], Message(role="user", content=user)))


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back to a question."""

    completion: Completion
    by: str
    """The model that replied, by its model string."""


Replies = Mapping[Question, Reply]


def question(
    model: str, system: str, user: str, schema: dict[str, Any], repeat: int = 0, *, steady: bool = True
) -> Question:
    """A question of a system message and a user message."""
    messages = (Message(role="system", content=system), Message(role="user", content=user))
    return Question(model, messages, canonical_json(schema), repeat, steady)


def fenced(name: str, text: str) -> str:
    """`text`, which nobody vouches for, between marks that it can't hold: what is inside is data.

    The marks carry a hash of the text, so no text can close its own fence, and equal texts give equal questions.
    """
    data = text.encode("utf-8", "surrogatepass")
    mark = hashlib.sha256(data).hexdigest()[:12]
    while mark in text:  # a text that was searched for until it held its own hash
        mark = hashlib.sha256(mark.encode() + data).hexdigest()[:12]
    return f"<{name} {mark}>\n{text}\n</{name} {mark}>"
