"""A request: the fully rendered call, named by its content."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from synterm.core.ids import content_id
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message


@dataclass(frozen=True, slots=True)
class Labels:
    """The answer is one of these labels, word for word."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """The answer is JSON that fits this schema."""

    schema: dict[str, Any]


Constraint = Labels | JsonSchema


@dataclass(frozen=True, slots=True)
class Request:
    """One call to a model. Requests with equal `key` get the same answer from the cache."""

    model: ModelSpec
    messages: tuple[Message, ...]
    params: dict[str, Any] = field(default_factory=dict[str, Any])
    constraint: Constraint | None = None
    repeat: int = 0
    """0 for the first try of a case; each further repeat is a request of its own."""
    dialog: dict[str, Any] | None = None
    """Where it stands for a whole dialog: all that decides how it goes, besides the messages. It is never sent itself.
    """
    values: dict[str, Any] | None = None
    """The case's input, where the model takes its values beside the messages; else None."""
    key: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", content_id("request", self.canonical()))

    def canonical(self) -> dict[str, Any]:
        """All that decides the answer, as JSON. Names and keys of the user are no part of it."""
        body: dict[str, Any] = {
            "model": self.model.resolved,
            "endpoint": self.model.api_base,
            "messages": [[message.role, message.content] for message in self.messages],
            "params": self.params,
            "repeat": self.repeat,
        }
        if self.dialog is not None:
            body["dialog"] = self.dialog
        if self.values is not None:
            body["values"] = self.values
        return body | constraint_body(self.constraint)


def constraint_body(constraint: Constraint | None) -> dict[str, Any]:
    """What an answer is held to, as JSON: ``labels`` or ``schema``, or nothing."""
    if isinstance(constraint, Labels):
        return {"labels": list(constraint.labels)}
    return {} if constraint is None else {"schema": constraint.schema}
