"""The threads that judge what may take long, so that nobody waits for longer than the budget."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Workers:
    """At most so many threads, started when they are needed. What has no free thread waits; what nobody waits for any
    more is not begun. They are daemons: one that hangs keeps no program from its end."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
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
        if self._process != os.getpid():
            self._begin()  # A server that forks has its threads in the parent only.
        future: Future[T] = Future()
        self._jobs.put((future, work))
        with self._lock:
            if self._jobs.qsize() > self._idle and len(self._threads) < self._most:
                thread = threading.Thread(target=self._serve, name="synterm-guard", daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def close(self) -> None:
        """End the threads, each after what it does now. What waits is done before."""
        with self._lock:
            for _ in self._threads:
                self._jobs.put(None)
            self._threads.clear()

    def _serve(self) -> None:
        while True:
            with self._lock:
                self._idle += 1
            job = self._jobs.get()
            with self._lock:
                self._idle -= 1
            if job is None:
                return
            future, work = job
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:  # noqa: BLE001 - whoever waits for it gets it
                    future.set_exception(error)
            # Else what it held would live until the next one comes.
            del job, future, work
