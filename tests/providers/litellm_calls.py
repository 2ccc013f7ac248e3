"""Calls of LiteLLM's provider to a stub endpoint."""

from __future__ import annotations

from typing import Any

from synterm.core.completion import Completion
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import JsonSchema, Labels, Request
from synterm.providers.base import OnText
from synterm.providers.litellm import LiteLLMProvider
from tests.support.http_stub import Reply, Stub

CANARY = "sk-canary-0123456789"
"""The key that the tests' model names."""
OF_THE_USER = (
    "OPENAI_API_KEY",
    "AZURE_API_KEY",
    "AZURE_AD_TOKEN",
    "ANTHROPIC_API_KEY",
    "GROQ_API_KEY",
    "GEMINI_API_KEY",
)
"""Variables with keys that no endpoint of a project may get."""


def request(
    stub: Stub, /, *, constraint: Labels | JsonSchema | None = None, params: dict[str, Any] | None = None, **spec: Any
) -> Request:
    given = {"name": "stub", "model": "openai/stub", "api_base": stub.url, "api_key_env": "STUB_KEY", **spec}
    messages = (Message(role="system", content="Route."), Message(role="user", content="Book a room"))
    return Request(ModelSpec.model_validate(given), messages, params or {}, constraint)


async def ask(
    provider: LiteLLMProvider, stub: Stub, reply: str | Reply, on_text: OnText | None = None, **rest: Any
) -> Completion:
    stub.reply(reply)
    return await provider.complete(request(stub, **rest), on_text)
