from __future__ import annotations

import subprocess
import sys

from synterm.core.completion import Outcome
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.providers.embedded import EmbeddedProvider
from synterm.providers.litellm import LiteLLMProvider
from synterm.providers.openai_chat import OpenAIChatProvider
from synterm.providers.registry import Providers
from synterm.providers.scripted import ScriptedProvider


def spec(model: str, api_base: str | None = None) -> ModelSpec:
    return ModelSpec(name="m", model=model, api_base=api_base)


async def test_each_model_gets_the_provider_of_its_family_and_shares_it():
    async with Providers() as providers:
        assert isinstance(providers.for_model(spec("embedded/default")), EmbeddedProvider)
        assert isinstance(providers.for_model(spec("scripted/rules")), ScriptedProvider)
        assert isinstance(providers.for_model(spec("gemini/x")), LiteLLMProvider)
        assert providers.for_model(spec("gemini/x")) is providers.for_model(spec("anthropic/y"))
        assert isinstance(providers.for_model(spec("gpt-4o")), OpenAIChatProvider)
        assert providers.for_model(spec("groq/x")) is providers.for_model(spec("openai/x", "http://127.0.0.1:1/v1"))


async def test_without_the_fast_path_endpoints_are_asked_through_litellm():
    async with Providers(fast=False) as providers:
        assert isinstance(providers.for_model(spec("openai/gpt-4o")), LiteLLMProvider)
        assert isinstance(providers.for_model(spec("openai/x", "http://127.0.0.1:1/v1")), LiteLLMProvider)


async def test_an_endpoint_that_a_project_names_is_reached_from_a_process_of_its_own():
    async with Providers() as providers:
        named = providers.for_model(spec("anthropic/x", "http://127.0.0.1:1/v1"))
        assert named is not providers.for_model(spec("anthropic/x"))
        assert named is providers.for_model(spec("azure/y", "http://127.0.0.1:2/v1"))


async def test_choosing_a_provider_starts_nothing():
    async with Providers() as providers:
        litellm, embedded = providers.for_model(spec("anthropic/x")), providers.for_model(spec("embedded/default"))
        assert isinstance(litellm, LiteLLMProvider)
        assert isinstance(embedded, EmbeddedProvider)
        assert litellm.pid is None
        assert embedded.pid is None


async def test_approval_reaches_the_provider():
    message = (Message(role="user", content="Hi"),)
    async with Providers(["https://other.example"]) as providers:
        asked = spec("openai/x", "https://x.example/v1")
        answer = await providers.for_model(asked).complete(Request(asked, message))
    assert answer.outcome is Outcome.PROVIDER_ERROR
    assert "https://x.example" in (answer.error or "")


async def test_warming_and_closing_leave_no_process():
    providers = Providers()
    named = spec("anthropic/x", "http://127.0.0.1:1/v1")
    await providers.warm([spec("scripted/rules"), named, named])
    litellm = providers.for_model(named)
    assert isinstance(litellm, LiteLLMProvider)
    assert litellm.pid is not None
    await providers.close()
    assert litellm.pid is None


def test_the_door_to_models_imports_nothing_heavy():
    heavy = "litellm httpx aiohttp tiktoken xllamacpp jsonschema openai"
    code = (
        "import sys, synterm.providers.registry, synterm.providers.availability\n"
        f"print(sorted(set({heavy!r}.split()) & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
