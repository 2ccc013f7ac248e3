"""Placing calls beside reading them: in a thread, and for long logs in a process, which is a core of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Protocol

from synterm.core.traffic import LoggedCall

MANY = 20_000
"""From so many calls on a process pays: it takes a second to start."""


class Places(Protocol):
    """What finds the behaviors of calls. It goes to the process as a pickle."""

    fingerprint: str
    """What tells by which cases it does."""

    def place(self, calls: Sequence[LoggedCall]) -> list[LoggedCall]:
        """The calls, placed, in their order."""
        ...


class Aside:
    """Places calls while others are read. Close it."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._thread = ThreadPoolExecutor(1, "synterm-placing")
        self._process: Executor | None = None
        self._given = 0

    def place(self, calls: Sequence[LoggedCall]) -> Future[list[LoggedCall]]:
        """The calls, placed, in their order; what `Places.place` raises the future does."""
        self._given += len(calls)
        if self._process is None and self._given > MANY and (os.cpu_count() or 1) > 1:
            # Begun afresh, not as a copy of this process, whose threads may be about to write.
            self._process = ProcessPoolExecutor(1, get_context("spawn"), _begin, (self._places,))
        return self._thread.submit(self._by, self._process, calls)

    def close(self) -> None:
        """End the thread and the process; what waits is given up."""
        self._thread.shutdown(cancel_futures=True)
        if self._process is not None:
            self._process.shutdown(cancel_futures=True)

    def _by(self, process: Executor | None, calls: Sequence[LoggedCall]) -> list[LoggedCall]:
        if process is not None:
            try:
                return process.submit(_place, calls).result()
            except BrokenProcessPool:
                pass  # it was killed, for its memory as a rule: it is slower here, and comes to the same
        return self._places.place(calls)


_given: Places | None = None
"""In the process: what places."""


def _begin(places: Places) -> None:
    global _given
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever stops the import ends this process too
    _given = places


def _place(calls: Sequence[LoggedCall]) -> list[LoggedCall]:
    assert _given is not None, "the process was begun with it"
    return _given.place(calls)
