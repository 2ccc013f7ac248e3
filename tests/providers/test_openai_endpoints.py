from __future__ import annotations

from pathlib import Path

import pytest

from synterm.core.model import ModelSpec
from synterm.providers.openai_endpoints import Endpoint, endpoint_of
from synterm.settings import load_settings

HERE = "http://127.0.0.1:1/v1"


def found(model: str, api_base: str | None = None, **environ: str) -> Endpoint | None:
    return endpoint_of(ModelSpec(name="m", model=model, api_base=api_base), environ)


@pytest.mark.parametrize(
    ("model", "url", "name"),
    [
        ("gpt-4o-mini", "https://api.openai.com/v1/chat/completions", "gpt-4o-mini"),
        (
            "openai/ft:gpt-4o-2024-08-06:us::x",
            "https://api.openai.com/v1/chat/completions",
            "ft:gpt-4o-2024-08-06:us::x",
        ),
        ("groq/llama-3.1-8b-instant", "https://api.groq.com/openai/v1/chat/completions", "llama-3.1-8b-instant"),
        ("openrouter/openai/gpt-5-mini", "https://openrouter.ai/api/v1/chat/completions", "openai/gpt-5-mini"),
        ("together_ai/Qwen/Qwen2.5-7B", "https://api.together.ai/v1/chat/completions", "Qwen/Qwen2.5-7B"),
        ("deepseek/deepseek-chat", "https://api.deepseek.com/beta/chat/completions", "deepseek-chat"),
        ("llamafile/x", "http://127.0.0.1:8080/v1/chat/completions", "x"),
    ],
)
def test_a_family_has_its_own_endpoint(model: str, url: str, name: str):
    endpoint = found(model)
    assert endpoint is not None
    assert (endpoint.url, endpoint.model) == (url, name)


def test_the_models_endpoint_goes_before_the_environments_and_that_before_the_familys():
    environ = {"OPENAI_BASE_URL": "http://localhost:2/v1/", "OPENAI_API_BASE": "http://localhost:3/v1"}
    for base, known, url in [
        (HERE, environ, f"{HERE}/chat/completions"),
        (None, environ, "http://localhost:2/v1/chat/completions"),
        (None, {"OPENAI_API_BASE": "http://localhost:3/v1"}, "http://localhost:3/v1/chat/completions"),
    ]:
        endpoint = found("openai/x", base, **known)
        assert endpoint is not None
        assert endpoint.url == url


@pytest.mark.parametrize(
    "model",
    [
        "openai/o3-mini",
        "openai/gpt-5-mini",
        "openai/gpt-4o-search-preview",
        "openai/gpt-3.5-turbo-instruct",
        "openai/responses/gpt-4o",
        "openai/unheard-of",
        "anthropic/claude-3-5-haiku-20241022",
        "gemini/gemini-2.0-flash",
        "ollama/llama3",
        "azure/x",
        "fireworks_ai/x",
        "moonshot/x",
        "hosted_vllm/x",
        "scripted/rules",
    ],
)
def test_what_litellm_rewrites_or_has_no_endpoint_stays_with_it(model: str):
    assert found(model) is None


@pytest.mark.parametrize("model", ["openai/o3-mini", "openai/gpt-5-mini", "azure/x", "ollama/x", "anthropic/x"])
def test_it_stays_so_at_an_endpoint_of_a_project(model: str):
    assert found(model, HERE) is None


@pytest.mark.parametrize(
    "model", ["stub", "openai/meta-llama/Llama-3.1-8B-Instruct", "openai_like/x", "hosted_vllm/gpt-5"]
)
def test_any_other_name_goes_directly_to_an_endpoint_of_a_project(model: str):
    assert found(model, HERE) is not None


def test_what_must_go_by_a_proxy_goes_through_litellm_but_not_what_is_on_this_machine(own_config: Path):
    assert found("openai/gpt-4o", HTTPS_PROXY="http://proxy.example") is not None, "nobody said to use it"
    (own_config / "settings.toml").write_text("use_proxy = true\n")
    load_settings.cache_clear()
    assert found("openai/gpt-4o", HTTPS_PROXY="http://proxy.example") is None
    assert found("openai/x", HERE, HTTPS_PROXY="http://proxy.example") is not None


@pytest.mark.parametrize(
    ("model", "params", "schema", "taken"),
    [
        ("openai/x", {"temperature": 0.0, "timeout": 5.0, "seed": 1, "logit_bias": {}}, True, True),
        ("openai/x", {"reasoning_effort": "low"}, False, False),
        ("openai/x", {"verbosity": "low"}, False, False),
        ("openai/x", {"stop": ["a", "b", "c", "d", "e"]}, False, False),
        ("openai/gpt-4", {}, True, False),
        ("groq/x", {}, True, False),
        ("openai/x", {"tools": [], "tool_choice": "auto", "parallel_tool_calls": True}, False, True),
        ("openai/x", {"tool_choice": "auto"}, False, False),
        ("groq/x", {"tools": []}, False, False),
        ("groq/x", {"max_completion_tokens": 3}, False, False),
        ("custom_openai/x", {"top_k": 3}, False, False),
        ("cerebras/x", {"presence_penalty": 1.0}, False, False),
    ],
)
def test_only_what_goes_out_as_it_is_given_is_taken(model: str, params: dict[str, object], schema: bool, taken: bool):
    endpoint = found(model, HERE)
    assert endpoint is not None
    assert endpoint.takes(params, schema) is taken
