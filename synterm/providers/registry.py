"""The door to all models: which provider answers for a model, started when first needed and shared."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable
from types import TracebackType
from typing import Self

from synterm.core.model import ModelSpec
from synterm.providers.base import Provider
from synterm.providers.embedded import EmbeddedProvider
from synterm.providers.gate import GatedProvider, Guarded, Trusting, refusal
from synterm.providers.litellm import LiteLLMProvider
from synterm.providers.openai_chat import OpenAIChatProvider
from synterm.providers.openai_endpoints import endpoint_of
from synterm.providers.scripted import ScriptedProvider
from synterm.settings import Settings, load_settings


class Providers:
    """Providers for models. Use one instance from one event loop, as an async context manager or with `close`."""

    def __init__(self, approved_endpoints: Collection[str] = (), *, fast: bool = True) -> None:
        """`approved_endpoints`: origins (``https://host``) that project files may name as `api_base`. Without `fast`
        all endpoints are asked through LiteLLM."""
        self._approved = tuple(approved_endpoints)
        self._fast = fast
        self._trust: Trusting | None = None
        self._through: Callable[[Provider], Provider] | None = None
        self._sent_through: dict[int, Provider] = {}
        self._made: dict[str, Provider] = {}
        self._gated: dict[int, GatedProvider] = {}

    @classmethod
    def of(
        cls,
        project: Guarded,
        settings: Settings | None = None,
        through: Callable[[Provider], Provider] | None = None,
    ) -> Self:
        """Providers for the models of a project, as the user's settings say. While it is restricted none of them starts
        or sends anything, whoever asks. `through` gives what is asked in place of each: one that asks it elsewhere."""
        settings = load_settings() if settings is None else settings
        providers = cls(settings.approved_endpoints, fast=settings.fast_path)
        providers._trust = project.trust
        providers._through = through
        return providers

    def for_model(self, spec: ModelSpec) -> Provider:
        """The provider that answers for `spec`. Starts nothing; a model that can't be used says so when it is asked."""
        provider = self._of_model(spec)
        if self._through is not None:
            if id(provider) not in self._sent_through:
                self._sent_through[id(provider)] = self._through(provider)
            provider = self._sent_through[id(provider)]
        if self._trust is None:
            return provider
        return self._gated.setdefault(id(provider), GatedProvider(provider, self._trust))

    def _of_model(self, spec: ModelSpec) -> Provider:
        if spec.provider == "embedded":
            # An adapter is loaded with the model: each has a process of its own.
            return self._shared(spec.resolved, lambda: EmbeddedProvider(spec.resolved))
        if spec.provider == "scripted":
            return self._shared("scripted", ScriptedProvider)
        if spec.provider == "http":
            from synterm.providers.http_target import HttpTargetProvider

            return self._shared("http", lambda: HttpTargetProvider(self._approved))
        if self._fast and endpoint_of(spec) is not None:
            return self._shared("direct", lambda: OpenAIChatProvider(self._approved, otherwise=self._through_litellm))
        return self._through_litellm(spec)

    def litellm_for(self, spec: ModelSpec) -> LiteLLMProvider:
        """LiteLLM for `spec`, also where `for_model` asks its endpoint directly. Starts nothing.

        Raises RestrictedError for a project that is restricted.
        """
        if self._trust is not None and (why := refusal(self._trust)):
            raise why
        provider = self._through_litellm(spec)
        assert isinstance(provider, LiteLLMProvider)
        return provider

    @property
    def fast(self) -> bool:
        """Whether endpoints that speak OpenAI's chat protocol are asked directly."""
        return self._fast

    def _through_litellm(self, spec: ModelSpec) -> Provider:
        if spec.api_base is not None:
            # A process that has none of the user's keys: what it doesn't know, no endpoint can get out of it.
            return self._shared("endpoint", lambda: LiteLLMProvider(self._approved, with_keys=False))
        return self._shared("litellm", lambda: LiteLLMProvider(self._approved))

    async def warm(self, specs: Iterable[ModelSpec]) -> None:
        """Get the providers of `specs` ready: start processes, load weights. Errors show at the first request."""
        providers = {id(provider): provider for provider in map(self.for_model, specs)}
        await asyncio.gather(*(provider.warm() for provider in providers.values()))

    async def close(self) -> None:
        """End all processes. What is asked later starts them again."""
        made, self._made = self._made, {}
        self._gated.clear()
        self._sent_through.clear()
        await asyncio.gather(*(provider.close() for provider in made.values()))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _shared(self, name: str, make: Callable[[], Provider]) -> Provider:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]
