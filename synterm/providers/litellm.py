"""LiteLLM's many models. LiteLLM itself runs in a process of its own: only `load_litellm`, there, imports it."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from synterm.core.completion import Completion, Outcome
from synterm.core.model import ModelSpec
from synterm.core.request import JsonSchema, Request, constraint_body
from synterm.errors import ModelError
from synterm.providers import access, prices, wire
from synterm.providers.availability import require_key
from synterm.providers.base import OnText
from synterm.providers.host import HostProcess
from synterm.providers.key_hosts import key_names
from synterm.providers.keys import NO_KEY, redacted, streamed_without, without_keys
from synterm.providers.params import EndpointParams, read_params, wall_limit
from synterm.providers.proxies import with_wanted_proxy

_GRACE_S = 0.8
"""How much longer than the call's own limit the process has to say that the time is up."""


class LiteLLMProvider:
    """Answers by LiteLLM. Nothing is connected to before the endpoint is allowed and the key is there."""

    def __init__(
        self,
        approved: Collection[str] = (),
        *,
        with_keys: bool = True,
        loopback: Callable[[str], bool] = access.is_loopback,
    ) -> None:
        """`approved`: origins that project files may name. Without `with_keys` the process gets none of the user's
        environment that could hold a key; that is for endpoints that a project names."""
        self._approved = approved
        self._loopback = loopback
        environ = with_wanted_proxy(os.environ if with_keys else without_keys(os.environ))
        self._host = HostProcess("synterm.providers.litellm_child", "the LiteLLM process", env=_near(environ))

    @property
    def width(self) -> int:
        """What most endpoints take without complaint."""
        return 16

    @property
    def most(self) -> int:
        """LiteLLM takes some milliseconds of one core for each call; beyond this, more at a time is no faster."""
        return 64

    def limit_s(self, request: Request) -> float | None:
        """The parameter `timeout`."""
        return wall_limit(request.params)

    @property
    def pid(self) -> int | None:
        """The id of LiteLLM's process; None when it is not running."""
        return self._host.pid

    async def complete(self, request: Request, on_text: OnText | None = None) -> Completion:
        """The answer. Its text streams only when `on_text` is given."""
        try:
            access.check_endpoint(request.model, self._approved, self._loopback)
            params = read_params(EndpointParams, request.params, "a model behind an endpoint")
            require_key(request.model)
        except ModelError as error:
            return wire.failure(error)
        body = _body(request, params)
        keys = _sent(request.model, body)
        completion = await self._host.call(body, streamed_without(on_text, *keys), params.timeout + _GRACE_S)
        return redacted(prices.with_cost(completion, request.model), *keys)

    async def said(self, request: Request) -> Completion:
        """What `complete` would send, without sending it: JSON with `place`, `path` and `body`, as the text of a whole
        answer."""
        return await self._aside(request, {"held": True})

    async def read(self, request: Request, answer: bytes) -> Completion:
        """What `complete` would give if the endpoint answered so; sends nothing."""
        completion = await self._aside(request, {"played": answer.decode("latin-1")})
        return replace(completion, latency_ms=None, first_token_ms=None)

    async def batch(self, spec: ModelSpec, call: Mapping[str, Any], limit_s: float) -> Completion:
        """A call about batches (`batch_child`) or jobs that tune (`tuning_child`): what came of it is JSON, as the text
        of a complete answer."""
        try:
            access.check_endpoint(spec, self._approved, self._loopback)
            require_key(spec)
        except ModelError as error:
            return wire.failure(error, Outcome.NOT_SENT)
        body: dict[str, Any] = {
            "timeout": limit_s,
            "key_name": spec.api_key_env,
            "api_base": spec.api_base,
            "api_key": _key(spec),
        }
        body |= call
        return redacted(await self._host.call(body, None, limit_s + _GRACE_S), *_sent(spec, body))

    async def _aside(self, request: Request, how: Mapping[str, Any]) -> Completion:
        try:
            access.check_endpoint(request.model, self._approved, self._loopback)
            params = read_params(EndpointParams, request.params, "a model behind an endpoint")
            require_key(request.model)
        except ModelError as error:
            return wire.failure(error, Outcome.NOT_SENT)
        body = {**_body(request, params), **how}
        return redacted(await self._host.call(body, None, params.timeout + _GRACE_S), *_sent(request.model, body))

    async def warm(self) -> None:
        """Start the process, which imports LiteLLM: that takes seconds."""
        await self._host.start()

    async def close(self) -> None:
        """End the process."""
        await self._host.close()


def load_litellm() -> Any:
    """LiteLLM, imported and quiet: no fetching of prices or tokenizers, no ``.env``, nothing printed."""
    os.environ.update(LITELLM_LOCAL_MODEL_COST_MAP="True", LITELLM_MODE="PRODUCTION", LITELLM_LOG="ERROR")
    if (spec := find_spec("litellm")) is not None and spec.origin is not None:
        shipped = Path(spec.origin).parent / "litellm_core_utils" / "tokenizers"
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(shipped))
    # Nothing of what an import makes is garbage, and looking for some again and again takes a tenth of its time.
    gc.disable()
    try:
        import litellm
    finally:
        gc.enable()
    settings: Any = litellm
    settings.suppress_debug_info = True
    settings.disable_hf_tokenizer_download = True
    settings.telemetry = False
    settings.drop_params = False
    settings.modify_params = False
    settings.num_retries = 0
    return settings


def _body(request: Request, params: EndpointParams) -> dict[str, Any]:
    spec = request.model
    # Labels are held to by a grammar, which endpoints don't take.
    held = request.constraint if spec.constrained and isinstance(request.constraint, JsonSchema) else None
    return {
        **wire.request_body(request),
        **constraint_body(held),
        "model": spec.model if "/" in spec.model else f"openai/{spec.model}",
        "params": params.model_dump(exclude_none=True, exclude={"timeout"}),
        "timeout": params.timeout,
        "api_base": spec.api_base,
        "api_key": _key(spec),
        "key_name": spec.api_key_env,
    }


def _key(spec: ModelSpec) -> str | None:
    """The key to send; None lets LiteLLM look for it, which it must not do for an endpoint that a project names."""
    if spec.api_key_env is not None:
        return os.environ.get(spec.api_key_env, NO_KEY)
    return NO_KEY if spec.api_base is not None else None


def _sent(spec: ModelSpec, body: Mapping[str, Any]) -> list[str | None]:
    """The keys that a call may send: the one in it, or those among which LiteLLM chooses."""
    return [body["api_key"], *(os.environ.get(name) for name in key_names(spec))]


def _near(environ: dict[str, str]) -> dict[str, str]:
    """An environment whose proxy is not asked for what is on this machine."""
    for name in ("NO_PROXY", "no_proxy"):
        environ[name] = ",".join(filter(None, (environ.get(name), "localhost,127.0.0.1,::1")))
    return environ
