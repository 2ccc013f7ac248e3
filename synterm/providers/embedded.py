"""The embedded model: a small language model that runs on this machine, in a process of its own."""

from __future__ import annotations

from typing import Any

from synterm.core.completion import Completion
from synterm.core.model import DEFAULT_EMBEDDED
from synterm.core.request import Request, constraint_body
from synterm.errors import ModelError, did_you_mean
from synterm.providers import weights, wire
from synterm.providers.base import OnText
from synterm.providers.host import HostProcess
from synterm.providers.params import EmbeddedParams, read_params

PULL = "synterm models pull default"


class EmbeddedProvider:
    """Answers on the embedded model. It never fetches the weights by itself: without them each call says how to."""

    def __init__(self) -> None:
        self._host: HostProcess | None = None

    @property
    def width(self) -> int:
        """One that runs, and one at hand when it is done."""
        return 2

    @property
    def most(self) -> int:
        """No more than its width: the machine is busy with those."""
        return self.width

    def limit_s(self, request: Request) -> float | None:
        """As long as it takes: a slow machine is not wrong."""
        return None

    @property
    def pid(self) -> int | None:
        """The id of the model's process; None when it is not running."""
        return self._host.pid if self._host else None

    async def complete(self, request: Request, on_text: OnText | None = None) -> Completion:
        """The answer; times are the model's own, without the wait for its turn."""
        try:
            body = _body(request)
            host = self._host_process()
        except ModelError as error:
            return wire.failure(error)
        return await host.call(body, on_text)

    async def warm(self) -> None:
        """Load the weights, if they are there."""
        if weights.find() is not None:
            await self._host_process().start()

    async def close(self) -> None:
        """End the model's process."""
        if self._host is not None:
            await self._host.close()

    def _host_process(self) -> HostProcess:
        if self._host is None:
            if (path := weights.find()) is None:
                raise ModelError(f"the embedded model's weights are not here; synterm {weights.describe()}", hint=PULL)
            self._host = HostProcess("synterm.providers.embedded_child", "the embedded model", args=(str(path),))
        return self._host


def _body(request: Request) -> dict[str, Any]:
    name = request.model.resolved
    if name != DEFAULT_EMBEDDED:
        known = (DEFAULT_EMBEDDED, "embedded/default")
        raise ModelError(f"there is no embedded model {name!r}", hint=did_you_mean(name, known))
    params = read_params(EmbeddedParams, request.params, "the embedded model")
    return {**wire.request_body(request), **constraint_body(request.constraint), "params": params.model_dump()}
