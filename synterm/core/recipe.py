"""A recipe: all that decides an answer but the case. With the case's content it names the answer without rendering."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

from synterm.core.ids import canonical_json, content_id
from synterm.core.model import ModelSpec
from synterm.core.prompt import PromptBody
from synterm.core.request import Constraint, constraint_body

RENDERING = 1
"""Raised whenever the same prompt and case would come to other messages than before."""
_SHORTCUT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Recipe:
    """How requests are made from cases: the prompt, the model with its parameters, and what answers are held to."""

    body: dict[str, Any]
    """As JSON: ``rendering``, ``prompt`` (the id of its body), ``model``, ``endpoint``, ``params``, ``labels`` or
    ``schema`` where answers are held to some, and ``documents`` (their digest) where the prompt takes context."""
    id: bytes = field(init=False)
    """SHA-256 of `body`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", bytes.fromhex(content_id("recipe", self.body)))

    @property
    def json(self) -> bytes:
        """`body` as canonical JSON."""
        return canonical_json(self.body)

    def shortcut(self, content: str, repeat: int) -> bytes:
        """16 bytes that name the answer to a case of this content (hex id): equal ones have equal requests."""
        name = self.id + bytes.fromhex(content) + repeat.to_bytes(4, "big")
        return hashlib.sha256(name).digest()[:_SHORTCUT_BYTES]


def recipe_of(
    body: PromptBody,
    model: ModelSpec,
    constraint: Constraint | None,
    dialog: dict[str, Any] | None = None,
    documents: str | None = None,
) -> Recipe:
    """The recipe of a prompt under a model. Raises TypeError for parameters that JSON can't hold.

    `dialog`: what decides a dialog besides, as JSON. `documents`: the digest of those that the prompt takes context
    from; None where it takes none.
    """
    return Recipe(
        {
            "rendering": RENDERING,
            "prompt": body.id,
            "model": model.resolved,
            "endpoint": model.api_base,
            "params": {**model.params, **body.params},
            **constraint_body(constraint),
            **({} if dialog is None else {"dialog": dialog}),
            **({} if documents is None else {"documents": documents}),
        }
    )
