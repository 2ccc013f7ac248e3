"""One call to try a model out: nothing is kept, and all of it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from synterm.core.case import Case
from synterm.core.completion import Completion
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.errors import InputError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.plan import rendered
from synterm.providers.gate import GatedProvider
from synterm.providers.http_exchange import Exchange
from synterm.providers.http_target import HttpTargetProvider
from synterm.providers.registry import Providers

MESSAGE = "Hello."
"""What is said where nothing else is."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was asked, and what came of it."""

    request: Request
    completion: Completion
    calls: list[Exchange] = field(default_factory=list[Exchange])
    """The calls to an app's endpoint, in order; empty for other models. The one that ends a conversation may be added
    when the providers are closed."""


def message_request(spec: ModelSpec, text: str) -> Request:
    """A request that says `text` and nothing else. Raises InputError for parameters that JSON can't hold."""
    given = {"message": text} if spec.takes_values else None
    try:
        return Request(spec, (Message(role="user", content=text),), spec.params, values=given)
    except TypeError as error:
        raise InputError(f"the request holds what JSON can't: {error}") from error


def case_request(variant: Variant, case: Case, checklist: Checklist) -> Request:
    """The request that a case comes to under a variant. Raises InputError when it can't be made."""
    task = rendered(Task(case, variant), checklist)
    if task.request is None:
        raise InputError(task.problem or "no request", where=f"case {case.id}")
    return task.request


async def try_out(providers: Providers, request: Request, watch: Callable[[Exchange], None] | None = None) -> Trial:
    """Send a request once: no cache, no retries. `watch` is told of each call to an app, once it is over."""
    calls: list[Exchange] = []

    def note(exchange: Exchange) -> None:
        calls.append(exchange)
        if watch:
            watch(exchange)

    provider = providers.for_model(request.model)
    if isinstance(provider, HttpTargetProvider | GatedProvider):
        completion = await provider.complete(request, watch=note)
    else:
        completion = await provider.complete(request)
    return Trial(request, completion, calls)
