"""Calls that block, made in a thread beside the event loop, one after another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class Aside:
    """One thread that lives as long as the program: a call that never comes back does not hold up its end."""

    def __init__(self, name: str) -> None:
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        threading.Thread(target=self._work, name=name, daemon=True).start()

    async def run(self, call: Callable[[], _Result]) -> _Result:
        """What the call gives, or raises. Cancelled before it began, it is not made."""
        return await asyncio.wrap_future(self.soon(call))

    def soon(self, call: Callable[[], _Result]) -> Future[_Result]:
        """Have it made without waiting for it."""
        future: Future[_Result] = Future()
        self._calls.put((future, call))
        return future

    def _work(self) -> None:
        while True:
            future, call = self._calls.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(call())
            except BaseException as error:  # noqa: BLE001 - whoever waits is told
                future.set_exception(error)
