"""Prompts: messages with placeholders, few-shot examples, and immutable versions named by content."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field

from synterm.core.ids import content_id, new_id

Role = Literal["system", "user", "assistant"]


class Message(BaseModel):
    """One message of a chat; in a prompt its content is a Jinja template, in a request plain text."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role
    """Who says it."""
    content: str
    """What is said, with ``{{ placeholders }}`` in a prompt."""


class Example(BaseModel):
    """A few-shot example: an input, and the answer that it should get."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    input: dict[str, Any]
    """Named values for the prompt's placeholders."""
    expected: Any
    """The answer that it should get."""


class PromptBody(BaseModel):
    """What a prompt says. Two bodies that say the same have the same `id`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    messages: tuple[Message, ...] = Field(min_length=1)
    examples: tuple[Example, ...] = ()
    params: dict[str, Any] = Field(default_factory=dict)
    """Model parameters that belong to the prompt; they go over the model's own."""

    def __eq__(self, other: object) -> bool:
        # By value, ``1`` would be ``true``.
        return self.id == other.id if isinstance(other, PromptBody) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.id)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy; its `id` is that of what the copy says."""
        copy = super().model_copy(update=update, deep=deep)
        vars(copy).pop("id", None)
        return copy

    @cached_property
    def id(self) -> str:
        """The content hash, in hex."""
        return content_id("prompt", self.model_dump(mode="json"))


class PromptVersion(BaseModel):
    """A body that was kept, with its place in the prompt's history."""

    model_config = ConfigDict(frozen=True)

    body: PromptBody
    number: int
    """1 for the oldest kept version."""
    note: str = ""
    created: str = ""
    """When it was kept: ISO 8601, UTC."""
    pinned: bool = False
    """Whether it keeps its column, however many versions follow."""

    @property
    def id(self) -> str:
        """The body's content hash."""
        return self.body.id

    @property
    def label(self) -> str:
        """``v3``."""
        return f"v{self.number}"


class HalfTyped(NamedTuple):
    """The texts of a draft's parts that are not yet what they are to be: half a line, a missing value; else None."""

    examples: str | None = None
    params: str | None = None


class Prompt(BaseModel):
    """A named prompt: the draft that is being typed, and the versions that were kept (oldest first)."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=new_id)
    name: str = Field(min_length=1, max_length=200)
    draft: PromptBody
    draft_examples: str | None = None
    """The text of the draft's examples while it is not yet examples: half a line, a missing answer."""
    draft_params: str | None = None
    """The text of the draft's parameters while it is not yet parameters."""
    versions: tuple[PromptVersion, ...] = ()

    @property
    def latest(self) -> PromptVersion | None:
        """The version kept last."""
        return self.versions[-1] if self.versions else None

    @property
    def half(self) -> HalfTyped:
        """What of the draft is half typed."""
        return HalfTyped(self.draft_examples, self.draft_params)

    @property
    def draft_label(self) -> str:
        """``v2`` when the draft says what a kept version says, else ``draft``."""
        same = next((version for version in reversed(self.versions) if version.body == self.draft), None)
        return same.label if same else "draft"
