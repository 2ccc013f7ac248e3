"""Which models are asked over OpenAI's chat protocol directly, without LiteLLM, and where.

Only those are here for which LiteLLM, too, sends the plain request (seen by comparing what it sends). It stays with:

azure, azure_ai        deployments have names of their own, and credentials may come from Entra ID
deepinfra, moonshot    it changes temperatures
fireworks_ai           it renames models and rewrites messages
ollama, ollama_chat    it uses Ollama's own protocol, whose defaults are the model's; those of ``/v1`` are not
perplexity, xai        they bill searches and thoughts, which it reckons
vllm                   it runs vLLM inside its process
gpt-5, o3 and the like it renames parameters and roles, and uses the responses protocol for some
the rest               they speak protocols of their own
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from synterm.core.model import ModelSpec
from synterm.providers.families import BY_NAME
from synterm.providers.proxies import proxy_used
from synterm.providers.urls import is_loopback

_TOOLS = frozenset(("tools", "tool_choice", "parallel_tool_calls"))
_COMMON = frozenset("temperature top_p max_tokens stop top_k min_p".split())
_SEEDED = _COMMON | {"seed"}
_WEIGHED = _SEEDED | {"frequency_penalty", "presence_penalty", "logit_bias"}
_ALL = _WEIGHED | {"max_completion_tokens"} | _TOOLS
_MOST_STOPS = 4
"""LiteLLM sends the first four only."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where and how a model is asked directly."""

    base: str
    model: str
    """The model's name at the endpoint."""
    keys: tuple[str, ...] = ()
    """Environment variables that can hold the key, the usual one first."""
    plain: frozenset[str] = _ALL
    """The parameters that go out as they are given."""
    schemas: bool = True
    """Whether a JSON schema goes out as `response_format`."""
    asks_usage: bool = True
    """Whether a stream is asked for its token counts."""
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What every request holds besides."""
    reports_cost: bool = False
    """Whether its `usage` says what the answer cost in US dollars."""

    @property
    def url(self) -> str:
        """Where requests are posted to."""
        base = self.base.rstrip("/")
        return base if base.endswith("/chat/completions") else f"{base}/chat/completions"

    def takes(self, params: Mapping[str, Any], schema: bool) -> bool:
        """Whether a request with these parameters, perhaps held to a schema, goes out as it is given."""
        stop = params.get("stop")
        if isinstance(stop, list) and len(stop) > _MOST_STOPS:  # pyright: ignore[reportUnknownArgumentType]
            return False
        if "tools" not in params and params.keys() & _TOOLS:
            return False  # LiteLLM leaves out how to choose among tools where there are none
        return (self.schemas or not schema) and params.keys() - {"timeout"} <= self.plain


@dataclass(frozen=True, slots=True)
class _Family:
    base: str | None = None
    """Its own endpoint."""
    bases: tuple[str, ...] = ()
    """Environment variables that name another."""
    keys: tuple[str, ...] | None = None
    """Where they are not those of `families`."""
    plain: frozenset[str] = _ALL
    schemas: bool = True
    asks_usage: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict[str, Any])
    reports_cost: bool = False


_FAMILIES = {
    "openai": _Family("https://api.openai.com/v1", ("OPENAI_BASE_URL", "OPENAI_API_BASE")),
    "custom_openai": _Family(keys=(), plain=_WEIGHED - {"top_k", "min_p"}),
    "openai_like": _Family(keys=()),
    "hosted_vllm": _Family(bases=("HOSTED_VLLM_API_BASE",), keys=("HOSTED_VLLM_API_KEY",)),
    "lm_studio": _Family(bases=("LM_STUDIO_API_BASE",), keys=("LM_STUDIO_API_KEY",)),
    "llamafile": _Family("http://127.0.0.1:8080/v1", ("LLAMAFILE_API_BASE",), ("LLAMAFILE_API_KEY",)),
    "litellm_proxy": _Family(bases=("LITELLM_PROXY_API_BASE",), keys=("LITELLM_PROXY_API_KEY",)),
    "openrouter": _Family(
        "https://openrouter.ai/api/v1",
        ("OPENROUTER_API_BASE",),
        extra={"usage": {"include": True}},
        reports_cost=True,
    ),
    "together_ai": _Family("https://api.together.ai/v1", ("TOGETHER_AI_API_BASE",)),
    "groq": _Family("https://api.groq.com/openai/v1", ("GROQ_API_BASE",), plain=_WEIGHED, schemas=False),
    "deepseek": _Family("https://api.deepseek.com/beta", ("DEEPSEEK_API_BASE",)),
    "cerebras": _Family("https://api.cerebras.ai/v1", ("CEREBRAS_API_BASE",), plain=_SEEDED, asks_usage=False),
    "sambanova": _Family("https://api.sambanova.ai/v1", ("SAMBANOVA_API_BASE",), plain=_COMMON),
    "nvidia_nim": _Family(
        "https://integrate.api.nvidia.com/v1",
        ("NVIDIA_NIM_API_BASE",),
        plain=frozenset(("temperature", "top_p", "max_tokens")),
        asks_usage=False,
    ),
}
_OPENAIS_OWN = re.compile(
    r"(ft:)?(gpt-3\.5-turbo|gpt-4|gpt-4o|gpt-4\.1|chatgpt-4o)(?!.*(audio|search|realtime|instruct))"
)
_REWRITTEN = re.compile(r"(^|/)(o[0-9]|responses/|chat/completions/|container)|gpt-[56]|gpt-3\.5-turbo-instruct")
_NO_SCHEMAS = ("gpt-4", "gpt-3.5-turbo-16k")


def endpoint_of(spec: ModelSpec, environ: Mapping[str, str] | None = None) -> Endpoint | None:
    """Where and how `spec` is asked directly; None for a model that goes through LiteLLM."""
    known = os.environ if environ is None else environ
    family = _FAMILIES.get(spec.provider)
    if family is None or (base := _base(spec, family, known)) is None:
        return None
    name = spec.model.partition("/")[2] or spec.model
    if spec.provider == "openai" and not _is_plain(name, own=base == family.base):
        return None
    if not is_loopback(base) and proxy_used(known):
        return None  # LiteLLM goes by the proxy
    keys = BY_NAME[spec.provider].keys if family.keys is None else family.keys
    schemas = family.schemas and not (spec.provider == "openai" and name in _NO_SCHEMAS)
    return Endpoint(base, name, keys, family.plain, schemas, family.asks_usage, family.extra, family.reports_cost)


def base_of(spec: ModelSpec, environ: Mapping[str, str] | None = None) -> tuple[str, tuple[str, ...]] | None:
    """The endpoint of a model whose family speaks OpenAI's protocol, and the variables that can hold the key for it;
    None for other families, and where nothing names the endpoint."""
    known = os.environ if environ is None else environ
    family = _FAMILIES.get(spec.provider)
    if family is None or (base := _base(spec, family, known)) is None:
        return None
    own = spec.api_base is None
    keys = BY_NAME[spec.provider].keys if family.keys is None else family.keys
    return base.rstrip("/").removesuffix("/chat/completions"), keys if own else ()


def names_no_endpoint(spec: ModelSpec) -> bool:
    """Whether a model's family has no endpoint of its own, and nothing says which to ask. LiteLLM would ask OpenAI."""
    family = _FAMILIES.get(spec.provider)
    return family is not None and _base(spec, family, os.environ) is None


def _base(spec: ModelSpec, family: _Family, environ: Mapping[str, str]) -> str | None:
    named = (spec.api_base, *(environ.get(name) for name in family.bases), family.base)
    return next((base for base in named if base), None)


def _is_plain(name: str, own: bool) -> bool:
    """Whether LiteLLM sends the plain request for a model of this name, at OpenAI's own endpoint or another."""
    return _OPENAIS_OWN.match(name) is not None if own else _REWRITTEN.search(name) is None
