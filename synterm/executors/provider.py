"""A provider whose calls are made at workers: to the run it is as any other."""

from __future__ import annotations

from dataclasses import replace

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.ids import content_id
from synterm.core.request import Request
from synterm.executors.crew import Crew
from synterm.executors.lines import completion_of, model_text, request_line
from synterm.executors.seats import Call, CallFailedError, CallLostError, content_of
from synterm.providers.base import OnText, Provider
from synterm.providers.prices import price_of


class ElsewhereProvider:
    """Asks the workers of a crew, which have the same provider each."""

    def __init__(self, provider: Provider, crew: Crew) -> None:
        """`provider`: what would answer here; it starts nothing, but knows its limits."""
        self._provider = provider
        self._crew = crew
        self._group = f"{type(provider).__name__} {id(provider)}"

    @property
    def width(self) -> int:
        """What serves each worker best, for all of them."""
        return self._provider.width * self._crew.size

    @property
    def most(self) -> int:
        """What each worker may come to, for all of them."""
        return self._provider.most * self._crew.size

    def limit_s(self, request: Request) -> float | None:
        """As the provider has it."""
        return self._provider.limit_s(request)

    async def complete(self, request: Request, on_text: OnText | None = None) -> Completion:
        """The answer of a worker; it does not stream. LOST where the worker ended before it came.

        Raises ExecutorError once there is no worker, and none will come: that says nothing of the model.
        """
        # A conversation goes on where it began: the app holds it open for who asked.
        near = content_id("opening", _opening(request)) if request.model.provider == "http" else None
        model = model_text(request.model)
        self._crew.warm(model, lambda: content_of({"op": "warm", "model": model}))
        content = content_of({"op": "complete", "request": request_line(request)})
        call = Call(content, request.key, self._group, self._provider.most, near)
        try:
            return completion_of(await self._crew.run(call))
        except CallLostError as lost:
            return _lost(request, lost)
        except CallFailedError as failed:
            return failed_call(Outcome.PROVIDER_ERROR, f"the worker could not make the call: {failed}")
        except (KeyError, TypeError, ValueError) as error:
            return failed_call(Outcome.MALFORMED, f"the worker's answer can't be read: {error}")

    async def warm(self) -> None:
        """Nothing is started here: workers start what a model needs with the first request to it."""

    async def close(self) -> None:
        """What was started here, if anything was."""
        await self._provider.close()


def _opening(request: Request) -> list[str]:
    said = [message.content for message in request.messages if message.role == "user"]
    return [*said[:1], str(request.repeat)]


def _lost(request: Request, lost: CallLostError) -> Completion:
    if lost.last:
        error = f"its worker ended each time this was asked, the last time with nothing else to do: {lost}"
        found = failed_call(Outcome.LOST, error, "look at what the case asks for, and at the worker's own log")
    else:
        found = failed_call(Outcome.LOST, f"the worker ended before it answered: {lost}", retry_after_s=0.0)
    # It may have been charged. Where a call costs nothing, nothing was.
    price = price_of(request.model)
    return replace(found, cost_usd=0.0) if price and price.free else found
