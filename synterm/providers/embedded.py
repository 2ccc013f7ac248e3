"""The embedded model: a small language model that runs on this machine, in a process of its own."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import Any

from synterm.core.completion import Completion
from synterm.core.model import DEFAULT_EMBEDDED
from synterm.core.request import Request, constraint_body
from synterm.errors import ModelError
from synterm.hidden import without_credentials
from synterm.providers import adapters, weights, wire
from synterm.providers.base import OnText
from synterm.providers.host import HostProcess
from synterm.providers.params import EmbeddedParams, read_params

PULL = "synterm models pull default"


class EmbeddedProvider:
    """Answers on the embedded model, as it is or with an adapter. It never fetches the weights by itself: without them
    each call says how to."""

    def __init__(self, model: str = DEFAULT_EMBEDDED) -> None:
        """`model`: the resolved model string. One process has one adapter."""
        self._model = model
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
            body = self._body(request)
            # A file is looked for, and where there is an adapter its content is checked.
            host = self._host or await asyncio.to_thread(self._host_process)
        except ModelError as error:
            return wire.failure(error)
        return await host.call(body, on_text)

    async def warm(self) -> None:
        """Load the weights, if they are there."""
        if weights.find() is not None:
            with suppress(ModelError):
                host = await asyncio.to_thread(self._host_process)
                await host.start()

    async def close(self) -> None:
        """End the model's process."""
        if self._host is not None:
            await self._host.close()

    def _host_process(self) -> HostProcess:
        if self._host is None:
            if (path := weights.find()) is None:
                raise ModelError(f"the embedded model's weights are not here; synterm {weights.describe()}", hint=PULL)
            adapter = adapters.require(self._model)
            files = [str(path)] if adapter is None else [str(path), str(adapter)]
            env = without_credentials(os.environ)
            self._host = HostProcess("synterm.providers.embedded_child", "the embedded model", args=files, env=env)
        return self._host

    def _body(self, request: Request) -> dict[str, Any]:
        adapters.require_known(request.model.resolved)
        params = read_params(EmbeddedParams, request.params, "the embedded model")
        return {**wire.request_body(request), **constraint_body(request.constraint), "params": params.model_dump()}
