"""No model of a project that is restricted is asked anything: the one place that all requests of a project pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.core.request import Request
from synterm.errors import RestrictedError, SyntermError
from synterm.providers.base import OnText, Provider

if TYPE_CHECKING:
    from synterm.providers.http_talk import Watch

RESTRICTED = "restricted: the project asks for more than you trust it with"
"""What an error of a call begins with that was not made."""


class Trusting(Protocol):
    """What tells whether a project is restricted, now."""

    @property
    def restricted(self) -> bool:
        """Whether it asks for more than it is trusted with. May raise SyntermError: then nobody knows, and it counts as
        restricted."""
        ...

    @property
    def how(self) -> str:
        """What to do about it."""
        ...


class Guarded(Protocol):
    """A project."""

    @property
    def trust(self) -> Trusting:
        """Whether it is trusted."""
        ...


def refusal(trust: Trusting) -> RestrictedError | None:
    """Why nothing may be asked now; None where it may. It is looked at anew each time: files change."""
    try:
        return RestrictedError(RESTRICTED, hint=trust.how) if trust.restricted else None
    except SyntermError as error:
        return RestrictedError(f"restricted: nobody can say what the project asks for: {error}", hint=error.hint)


class GatedProvider:
    """A provider that answers nothing while the project is restricted."""

    def __init__(self, provider: Provider, trust: Trusting) -> None:
        self._provider = provider
        self._trust = trust

    @property
    def width(self) -> int:
        """As the provider has it."""
        return self._provider.width

    @property
    def most(self) -> int:
        """As the provider has it."""
        return self._provider.most

    def limit_s(self, request: Request) -> float | None:
        """As the provider has it."""
        return self._provider.limit_s(request)

    async def complete(self, request: Request, on_text: OnText | None = None, watch: Watch | None = None) -> Completion:
        """The provider's answer, or why it is not asked. `watch` is told of calls to an app."""
        if why := refusal(self._trust):
            return failed_call(Outcome.NOT_SENT, str(why), why.hint)
        if watch is not None:
            from synterm.providers.http_target import HttpTargetProvider

            if isinstance(self._provider, HttpTargetProvider):
                return await self._provider.complete(request, on_text, watch)
        return await self._provider.complete(request, on_text)

    async def warm(self) -> None:
        """Get the provider ready, unless the project is restricted."""
        if not refusal(self._trust):
            await self._provider.warm()

    async def close(self) -> None:
        """Close the provider."""
        await self._provider.close()
