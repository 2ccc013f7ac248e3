"""``http/NAME``: the app under test itself, asked over HTTP as its users ask it. Its parameters say how.

With `start` and `turn` an app keeps the conversation, so each turn goes to the session in which the ones before it were
said. Where that session is not open here (they came from the project file), one is begun and they are sent again.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.model import ModelSpec
from synterm.core.request import Request
from synterm.errors import InputError, ModelError
from synterm.providers import access, wire
from synterm.providers.availability import require_key
from synterm.providers.base import OnText
from synterm.providers.http_client import open_client, tls
from synterm.providers.http_config import TargetConfig, filled_in, read_target, variables_in, whole_target
from synterm.providers.http_exchange import App
from synterm.providers.http_sessions import IDLE_S, MOST_OPEN, Conversations
from synterm.providers.http_talk import Talk, Watch
from synterm.providers.keys import redacted
from synterm.providers.params import TIMEOUT_S

if TYPE_CHECKING:
    import aiohttp

_KEY = re.compile(r"[\x21-\x7e]+")


class HttpTargetProvider:
    """Answers by asking apps. Nothing is connected to before the endpoint is allowed and the key is there.

    Makes no retries of its own and follows no redirects.
    """

    def __init__(
        self,
        approved: Collection[str] = (),
        *,
        loopback: Callable[[str], bool] = access.is_loopback,
        idle_s: float = IDLE_S,
        most_open: int = MOST_OPEN,
    ) -> None:
        """`approved`: origins that project files may name. `idle_s`, `most_open`: how long and how many conversations
        are held open at apps."""
        self._approved = approved
        self._loopback = loopback
        self._bounds = (idle_s, most_open)
        self._client: aiohttp.ClientSession | None = None
        self._conversations: Conversations | None = None

    @property
    def width(self) -> int:
        """An app in development is no model provider."""
        return 8

    @property
    def most(self) -> int:
        """As many as a small app takes that answers well."""
        return 64

    def limit_s(self, request: Request) -> float | None:
        """`timeout_s` for each call that may be needed: one, or a conversation's start and all its turns."""
        try:
            config = read_target(request.params)
        except ModelError:
            return TIMEOUT_S  # the call says what is wrong
        turns = sum(message.role == "user" for message in request.messages)
        return config.timeout_s * (1 if config.start is None else 2 + turns)

    async def complete(self, request: Request, on_text: OnText | None = None, watch: Watch | None = None) -> Completion:
        """The answer, as a whole: nothing streams. `watch` is told of each call that was made for it."""
        try:
            app = self._app(request.model, request.params)
        except ModelError as error:
            return wire.failure(error)
        try:
            completion = await Talk(app, request, self._open(), watch).answer(self._held())
        except InputError as error:
            completion = failed_call(Outcome.NOT_SENT, str(error), error.hint)
        return redacted(completion, app.key)

    async def warm(self) -> None:
        """Import aiohttp and make the client."""
        self._open()

    async def close(self) -> None:
        """End all conversations and close all connections."""
        conversations, self._conversations = self._conversations, None
        client, self._client = self._client, None
        if conversations is not None:
            await conversations.close()
        if client is not None:
            await client.close()

    def _app(self, spec: ModelSpec, params: Mapping[str, Any]) -> App:
        """Where and how `spec` is asked under these parameters. Raises ModelError when it can't or may not be."""
        config = whole_target(spec, params)
        access.check_endpoint(spec, self._approved, self._loopback)
        require_key(spec)
        base = spec.api_base or ""
        key = _key_of(spec)
        return App(
            base=base,
            place=access.origin(base) or base,
            config=config,
            headers=_headers(config, spec, key),
            shown=_headers(config, spec, None),
            key=key,
            key_name=spec.api_key_env,
            tls=tls() if base.lower().startswith("https:") else True,
            cost_usd=None if spec.price is None else 0.0,
        )

    def _open(self) -> aiohttp.ClientSession:
        if self._client is None:
            self._client = open_client()
        return self._client

    def _held(self) -> Conversations:
        if self._conversations is None:
            idle_s, most = self._bounds
            self._conversations = Conversations(idle_s=idle_s, most=most)
        return self._conversations


def _key_of(spec: ModelSpec) -> str:
    """The value of the one variable that the target may be sent; empty for none. Raises ModelError."""
    key = os.environ.get(spec.api_key_env, "") if spec.api_key_env else ""
    if key and _KEY.fullmatch(key) is None:
        hint = "look for spaces and line breaks around it"
        raise ModelError(f"the key of the model {spec.name!r} holds what no key can", hint=hint)
    return key


def _headers(config: TargetConfig, spec: ModelSpec, key: str | None) -> dict[str, str]:
    """The headers with the key in its place; without one, as they may be shown: with the name of the variable.

    A key that no header names goes as a bearer token.
    """
    usual = {"User-Agent": "synterm", "Content-Type": "application/json", "Accept": "*/*"}
    name, given = spec.api_key_env, dict(config.headers)
    if name is not None and not any(variables_in(value) for value in given.values()):
        given["Authorization"] = f"Bearer ${name}"
    held = {own.lower() for own in given}
    headers = {own: value for own, value in usual.items() if own.lower() not in held} | given
    if key is None:
        return headers
    return {own: filled_in(value, {name: key} if name else {}) for own, value in headers.items()}
