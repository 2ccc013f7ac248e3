"""Which endpoints a model may be reached at: a project file that names a host must not get the reader's keys.

No `api_base`: the provider's own endpoint. A loopback address: this machine. Any other must be https, and its
origin approved in the user's settings file; so must that of an app's own endpoint (``http/…``), wherever it is.
A key goes only to hosts that it is bound to, on this machine too; a host that the model's key is bound to is approved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection

from synterm.core.model import ModelSpec
from synterm.errors import ModelError
from synterm.providers.key_hosts import check_key, user_hosts
from synterm.providers.urls import is_loopback, origin
from synterm.settings import settings_path
from synterm.text import one_line

_MODEL = re.compile(r"[\w.:@+/-]+", re.A)

SENDS_ONLY_ITS_KEY = frozenset(
    "anthropic azure azure_ai cerebras cohere cohere_chat custom_openai deepseek fireworks_ai gemini groq hosted_vllm "
    "http litellm_proxy llamafile lm_studio mistral nvidia_nim ollama ollama_chat openai openai_like openrouter "
    "perplexity sambanova text-completion-openai together_ai vllm xai".split()
)
"""Families that take an endpoint and a key. The others may find credentials on the machine and send those."""


def check_endpoint(spec: ModelSpec, approved: Collection[str], loopback: Callable[[str], bool] = is_loopback) -> None:
    """Raises ModelError, with a hint, when `spec` names an endpoint that the user has not approved, or sends a key to
    where the user has not said that it may go."""
    if _MODEL.fullmatch(spec.model) is None or "//" in spec.model:
        raise ModelError(
            f"{one_line(spec.model, 80)!r} is no model string",
            hint="like openai/gpt-4o-mini; a host goes into api_base",
        )
    if spec.api_base is None:
        check_key(spec, user_hosts(), loopback)
        return
    place = origin(spec.api_base)
    if place is None:
        raise ModelError(
            f"{one_line(spec.api_base, 80)!r} is no endpoint",
            hint="like https://host/v1, without user, query and fragment",
        )
    if spec.provider not in SENDS_ONLY_ITS_KEY:
        hint = f"use openai/{spec.model.partition('/')[2]} where the endpoint speaks OpenAI's protocol"
        raise ModelError(f"models of {spec.provider} can't be sent to an endpoint of a project's choice", hint=hint)
    local = loopback(spec.api_base)
    if not local and not place.startswith("https:"):
        raise ModelError(
            f"the model {spec.name!r} names the endpoint {place}, which is not encrypted", hint="use https"
        )
    # A chat endpoint on this machine is given a chat. What an app's own endpoint gets, the project says: any method,
    # path and body, also for what listens here and takes this machine's word for it.
    free = (local and spec.provider != "http") or place in {origin(url) for url in approved}
    if not check_key(spec, user_hosts(), loopback, unset=not free) and not free:
        raise _not_approved(spec, place)


def _not_approved(spec: ModelSpec, place: str) -> ModelError:
    hint = f'if you trust it, add "{place}" to approved_endpoints in {settings_path()}'
    return ModelError(f"the model {spec.name!r} names the endpoint {place}, which you have not approved", hint=hint)
