"""Prompts made ready to render, each once."""

from __future__ import annotations

from functools import lru_cache

from synterm.core.prompt import PromptBody
from synterm.core.render import Renderer


@lru_cache(maxsize=32)
def renderer(body: PromptBody) -> Renderer:
    """The renderer of a prompt body, made once. Raises InputError when the prompt does not compile."""
    return Renderer(body)
