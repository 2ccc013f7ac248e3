"""What is known of endpoints and models from their answers. It outlives sweeps, so the next one need not learn anew."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.model import ModelSpec
from synterm.evaluate.breaker import Breaker
from synterm.evaluate.endpoint import Endpoint
from synterm.evaluate.limit import Limit
from synterm.evaluate.meter import Meter
from synterm.evaluate.retries import Uniform
from synterm.providers.access import origin
from synterm.providers.base import Provider
from synterm.providers.prices import Known, price_of
from synterm.providers.registry import Providers


class Route:
    """The way to one model: its endpoint, its price, and what it takes a minute.

    The breaker is the model's own: one that is misspelled must not stop its neighbours at the same endpoint.
    """

    def __init__(self, spec: ModelSpec, provider: Provider, endpoint: Endpoint) -> None:
        self.spec = spec
        self.provider = provider
        self.endpoint = endpoint
        self.meter = Meter(spec)
        self.breaker = Breaker()
        self.price: Known | None = price_of(spec)
        """None when nobody knows it."""

    def refusal(self) -> Completion:
        """What is told of requests that are not sent, since the model was given up."""
        last = self.breaker.given_up
        assert last, "asked only when it was given up"
        return failed_call(
            Outcome.NOT_SENT,
            f"not sent, since {self.spec.name} failed many times in a row; the last time: "
            f"{last.error or last.outcome.value}",
            last.hint or "see to the endpoint, then run it again: what was answered is kept",
        )


class Traffic:
    """The routes to models. Use one instance from one event loop."""

    def __init__(
        self,
        providers: Providers,
        concurrency: int | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        uniform: Uniform = random.uniform,
    ) -> None:
        """`concurrency`: requests at a time to each endpoint; None starts with what suits the provider and adapts."""
        self.clock = clock
        self.uniform = uniform
        self._providers = providers
        self._concurrency = concurrency
        self._endpoints: dict[tuple[int, str], Endpoint] = {}
        self._routes: dict[str, Route] = {}

    def route(self, spec: ModelSpec) -> Route:
        """The route to a model."""
        key = spec.model_dump_json()
        if key not in self._routes:
            provider = self._providers.for_model(spec)
            self._routes[key] = Route(spec, provider, self._endpoint(spec, provider))
        return self._routes[key]

    def _endpoint(self, spec: ModelSpec, provider: Provider) -> Endpoint:
        key = (id(provider), (origin(spec.api_base) if spec.api_base else None) or spec.provider)
        if key not in self._endpoints:
            if self._concurrency:
                limit, size = Limit(self._concurrency, self._concurrency), None
            else:
                limit, size = Limit(provider.width, provider.most), lambda: (provider.width, provider.most)
            self._endpoints[key] = Endpoint(limit, self.clock, size)
        return self._endpoints[key]
