"""An event loop whose time runs fast: seconds that a sweep waits pass in milliseconds."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_TIMES = 200


class _Selector(selectors.DefaultSelector):
    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout / _TIMES if timeout else timeout)


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        super().__init__(_Selector())

    def time(self) -> float:
        return super().time() * _TIMES


def hurried(main: Coroutine[Any, Any, T]) -> T:
    """Run `main`; a second of its loop takes 5 ms. Waits are never shorter than they should be by its own time."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        return runner.run(main)


def clock() -> float:
    """The time of the running loop, in its seconds."""
    return asyncio.get_running_loop().time()
