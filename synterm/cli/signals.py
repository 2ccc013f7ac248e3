"""Being asked to stop: SIGINT, SIGTERM and SIGHUP end a command in order, and the exit code says which it was."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")

_ASKS_TO_STOP = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Stopped(SystemExit):
    """A signal asked to stop. A SystemExit, since event loops let nothing else through from wherever it strikes."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)
        self.exit_code = 128 + number
        """130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP, as shells say it."""
        self.told = False
        """Whether the person, or the machine, was told already."""


@contextlib.contextmanager
def stoppable() -> Generator[None, None, None]:
    """Within, the signals raise Stopped in the main thread."""

    def stop(number: int) -> None:
        raise Stopped(number)

    with _handled(stop):
        yield


def run_until_stopped(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` as `asyncio.run` does. The first signal cancels it, so that it can record what it has; a second
    one ends at once. Raises Stopped when it was a signal that ended it."""
    import asyncio

    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        task = loop.create_task(main)
        stopped_by: list[int] = []

        def stop(number: int) -> None:
            stopped_by.append(number)
            if len(stopped_by) > 1:
                raise Stopped(number)
            # Also wakes the loop when it waits for nothing but time.
            loop.call_soon_threadsafe(task.cancel)

        with _handled(stop):
            try:
                return loop.run_until_complete(task)
            except asyncio.CancelledError:
                if stopped_by:
                    raise Stopped(stopped_by[0]) from None
                raise


@contextlib.contextmanager
def _handled(stop: Callable[[int], None]) -> Generator[None, None, None]:
    """Call `stop` for each signal; a signal that is ignored (``nohup``) stays ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = [number for number in _ASKS_TO_STOP if signal.getsignal(number) is not signal.SIG_IGN]
    former = {number: signal.signal(number, lambda given, _frame: stop(given)) for number in heard}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
