"""What a call costs: by the model's own price, else by the price list that LiteLLM ships, read without LiteLLM.

Rebates for times of day and for slower service are left out, so that a cost is never reckoned too low for them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from synterm.core.completion import Completion, Usage
from synterm.core.model import ModelSpec
from synterm.core.request import JsonSchema, Request
from synterm.providers.access import is_loopback
from synterm.providers.openai_endpoints import endpoint_of

_LIST = "model_prices_and_context_window_backup.json"
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_IN_BATCHES = "_batches"
_TUNED = re.compile(r"(:[^:]*){3}$")
_ABOVE = re.compile(r"input_cost_per_token_above_(\d+)(k?)_tokens")
# Their entries are sorted into several families, which differ by their ending only.
_MANY_NAMES = ("bedrock", "vertex_ai", "fireworks_ai", "cohere")
_ON_THIS_MACHINE = ("ollama", "ollama_chat")


@dataclass(frozen=True, slots=True)
class Rate:
    """US dollars per token, for prompts of more than `above` tokens."""

    input: float
    output: float
    cached: float | None = None
    """Per token of the prompt that the endpoint had in its cache; None: as `input`."""
    above: int = 0


@dataclass(frozen=True, slots=True)
class Known:
    """A model's price."""

    rates: tuple[Rate, ...]
    """By `above`, the first from 0."""
    max_output_tokens: int | None = None
    """The longest answer; None: unknown."""
    batch_rates: tuple[Rate, ...] = ()
    """What it costs in a batch, by `above`; empty: unknown."""

    @property
    def input_usd(self) -> float:
        """Per token of a short prompt."""
        return self.rates[0].input

    @property
    def output_usd(self) -> float:
        """Per token of the answer to a short prompt."""
        return self.rates[0].output

    @property
    def free(self) -> bool:
        """Whether calls cost nothing."""
        return all(not (rate.input or rate.output or rate.cached) for rate in self.rates)

    def cost(self, prompt_tokens: int, completion_tokens: int, cached_tokens: int = 0) -> float:
        """US dollars for a call; `cached_tokens` is the part of the prompt that the endpoint had in its cache."""
        rate = next(rate for rate in reversed(self.rates) if not rate.above or prompt_tokens > rate.above)
        cached = min(cached_tokens, prompt_tokens)
        reused = cached * (rate.input if rate.cached is None else rate.cached)
        return (prompt_tokens - cached) * rate.input + reused + completion_tokens * rate.output

    def worst(self, request: Request) -> float | None:
        """The most that one call can cost, in US dollars, before it is sent; None where its answer has no bound."""
        if self.free:
            return 0.0
        limits = [request.params.get(name) for name in ("max_tokens", "max_completion_tokens")]
        given = [limit for limit in limits if isinstance(limit, int)]
        output = max(given) if given else self.max_output_tokens
        if output is None:
            return None
        return max(_at(rate, _most_prompt_tokens(request), output) for rate in self.rates)


def price_of(spec: ModelSpec) -> Known | None:
    """What `spec` costs; None: unknown. The price that it names goes before LiteLLM's list, and a model on this machine
    without either is free. What an app spends to answer nobody tells, so no cap counts it."""
    if spec.free or (spec.provider == "http" and spec.price is None):
        return FREE
    listed = _listed(spec.provider, spec.model)
    if spec.price is not None:
        rate = Rate(spec.price.input / 1e6, spec.price.output / 1e6)
        return Known((rate,), None if listed is None else listed.max_output_tokens)
    return FREE if listed is None and _on_this_machine(spec) else listed


def batch_price_of(spec: ModelSpec) -> Known | None:
    """What `spec` costs in a batch; None: unknown. A price that the project names says nothing of batches, unless it is
    nought."""
    price = price_of(spec)
    if price is None or price.free:
        return price
    return replace(price, rates=price.batch_rates) if price.batch_rates and spec.price is None else None


def is_free(spec: ModelSpec) -> bool:
    """Whether calls are known to cost nothing: the model runs on this machine, or its price is nought. An app may
    ask models that cost something, wherever its endpoint is."""
    if spec.provider == "http" and spec.price is None:
        return False
    price = price_of(spec)
    return price is not None and price.free


def cost_of(price: Known | None, tokens: Usage, cached_tokens: int = 0) -> float | None:
    """US dollars for an answer of so many tokens; None where the price or a count is unknown."""
    if price is None or price.free:
        return None if price is None else 0.0
    if tokens.prompt is None or tokens.completion is None:
        return None
    return price.cost(tokens.prompt, tokens.completion, cached_tokens)


def with_cost(completion: Completion, spec: ModelSpec) -> Completion:
    """`completion` with its cost where LiteLLM, which answered, can't know it: the project names a price, or the model
    runs on this machine. A cost of 0 from LiteLLM may mean that it knows no price."""
    if not completion.outcome.answered or (spec.price is None and completion.cost_usd):
        return completion
    return replace(completion, cost_usd=cost_of(price_of(spec), completion.usage))


FREE = Known((Rate(0.0, 0.0),))
"""The price of what runs on this machine."""


def _at(rate: Rate, prompt: int, output: int) -> float:
    if prompt <= rate.above:
        return 0.0
    return prompt * max(rate.input, rate.cached or 0.0) + output * rate.output


def _most_prompt_tokens(request: Request) -> int:
    """No tokenizer makes more tokens than there are bytes; 16 more for what a chat template puts around a message."""
    messages = sum(len(message.content.encode("utf-8", "surrogatepass")) + 16 for message in request.messages)
    schema = request.constraint
    tools = request.params.get("tools")
    return (
        messages
        + (len(orjson.dumps(schema.schema)) if isinstance(schema, JsonSchema) else 0)
        + (len(orjson.dumps(tools)) if tools else 0)
    )


def _on_this_machine(spec: ModelSpec) -> bool:
    if spec.provider == "litellm_proxy":
        return False  # it only passes requests on
    if spec.provider in _ON_THIS_MACHINE and spec.api_base is None:
        return is_loopback(os.environ.get("OLLAMA_API_BASE") or "http://localhost:11434")
    endpoint = endpoint_of(spec)
    base = spec.api_base or (endpoint.base if endpoint else None)
    return base is not None and is_loopback(base)


@lru_cache(maxsize=256)
def _listed(provider: str, model: str) -> Known | None:
    """The price in LiteLLM's list. The list is read for each model anew, as it takes much memory and little time."""
    found = find_spec("litellm")
    if found is None or found.origin is None:
        return None
    data = (Path(found.origin).parent / _LIST).read_bytes()
    names = [name for name in _names(provider, model) if f'"{name}"'.encode() in data]
    entries: Mapping[str, Any] = orjson.loads(data) if names else {}
    fitting = (entries[name] for name in names if name in entries and _is_of(entries[name], provider))
    return next(filter(None, map(_known, fitting)), None)


def _names(provider: str, model: str) -> list[str]:
    """The names to look for, the nearest first, as LiteLLM does: with the family and without, then without the date of
    a snapshot or what marks one's own tuned model."""
    name = model.removeprefix(f"{provider}/")
    stripped = _TUNED.sub("", name) if "ft:" in name else _DATED.sub("", name)
    return list(dict.fromkeys((f"{provider}/{name}", name, f"{provider}/{stripped}", stripped)))


def _is_of(entry: Mapping[str, Any], provider: str) -> bool:
    of = str(entry.get("litellm_provider") or provider)
    return of == provider or (provider in _MANY_NAMES and of.startswith(provider)) or provider == "litellm_proxy"


def _known(entry: Mapping[str, Any]) -> Known | None:
    rates = _rates(entry)
    if not rates:
        return None
    longest = entry.get("max_output_tokens")
    return Known(rates, longest if isinstance(longest, int) else None, _rates(entry, _IN_BATCHES, rates))


def _rates(entry: Mapping[str, Any], ending: str = "", others: Sequence[Rate] = ()) -> tuple[Rate, ...]:
    """The rates of an entry, by `above`; those in `others` where it names none for prompts of a size."""
    base = _rate(entry, ending, 0)
    if base is None:
        return ()
    usual = {rate.above: rate for rate in others}
    rates = [base]
    for name in entry:
        if (match := _ABOVE.fullmatch(name)) is not None:
            above = int(match[1]) * (1000 if match[2] else 1)
            rates.append(
                _rate(entry, f"_above_{match[1]}{match[2]}_tokens{ending}", above, usual.get(above, base)) or base
            )
    return tuple(sorted(rates, key=lambda rate: rate.above))


def _rate(entry: Mapping[str, Any], ending: str, above: int, base: Rate | None = None) -> Rate | None:
    """One rate of an entry; what it does not name is as in `base`."""
    names = ("input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost")
    given = [entry.get(f"{name}{ending}") for name in names]
    fallback = (None, None, None) if base is None else (base.input, base.output, base.cached)
    cost_in, cost_out, cached = (own if own is not None else other for own, other in zip(given, fallback, strict=True))
    return None if cost_in is None or cost_out is None else Rate(float(cost_in), float(cost_out), cached, above)
