"""The threads that judge what may take long, so that nobody waits for longer than the budget."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from synterm.production.guard_forks import survive_forks

T = TypeVar("T")


class Workers:
    """At most so many threads, started when they are needed. What has no free thread waits; what nobody waits for any
    more is not begun. They are daemons: one that hangs keeps no program from its end."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.begin_anew()
        survive_forks(self)

    def begin_anew(self) -> None:
        """Forget the threads: there are none in a process that was forked off."""
        self._idle = 0
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._jobs: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = queue.SimpleQueue()

    @property
    def threads(self) -> int:
        """How many were started."""
        return len(self._threads)

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Have it done by a thread. A future that is cancelled before its turn is never begun."""
        future: Future[T] = Future()
        self._jobs.put((future, work))
        with self._lock:
            if self._jobs.qsize() > self._idle and len(self._threads) < self._most:
                thread = threading.Thread(target=self._serve, name="synterm-guard", daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def close(self) -> None:
        """End the threads, each after what it does now and what waits."""
        with self._lock:
            for _ in self._threads:
                self._jobs.put(None)
            self._threads.clear()

    def _serve(self) -> None:
        while (job := self._next()) is not None:
            future, work = job
            if future.set_running_or_notify_cancel():
                _do(future, work)
            # Else what it held would live until the next one comes.
            del job, future, work

    def _next(self) -> tuple[Future[Any], Callable[[], Any]] | None:
        with self._lock:
            self._idle += 1
        job = self._jobs.get()
        with self._lock:
            self._idle -= 1
        return job


def _do(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - whoever waits for it gets it
        future.set_exception(error)
    except BaseException as error:  # noqa: BLE001 - it would end the program of whoever waits for it
        future.set_exception(RuntimeError(f"{type(error).__name__}: {error}"))
