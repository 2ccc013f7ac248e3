"""Leaving in order when a signal asks for it, or when the terminal is gone.

Raised out of the event loop, as other commands have it, a signal would leave the terminal as it is, and Textual's
threads running: one that reads a terminal which is gone takes a whole processor, for ever.
"""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from textual.app import App
from textual.drivers._writer_thread import WriterThread

_ASKING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def in_order(app: App[Any]) -> Generator[None]:
    """Within, SIGINT, SIGTERM and SIGHUP close the running `app` as its user would; its return code says which it was.

    The same one again ends the program at once. What was ignored (``nohup``) stays ignored.
    """
    asked: set[int] = set()

    def ask(number: int, _frame: FrameType | None) -> None:
        if number in asked:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        # Another signal may come in between any two of these steps, and both come when a terminal is closed: to leave
        # twice does no harm, to leave it to the other does.
        first = not asked
        asked.add(number)
        if first:
            _leave(app, number)

    run = WriterThread.run
    WriterThread.run = _forgiving(run)  # pyright: ignore[reportAttributeAccessIssue]
    heard = [number for number in _ASKING if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, ask) for number in heard}
    try:
        yield
    finally:
        WriterThread.run = run
        for number, handler in before.items():
            signal.signal(number, handler)


def _forgiving(run: Callable[[WriterThread], None]) -> Callable[[WriterThread], None]:
    """Textual's thread that writes, going on where the terminal is gone: it drops what nobody can read.

    It would end with the first error, and whoever draws would soon wait for room in its queue for ever: the signal that
    tells of the closed terminal, if another thread is given it, is not heeded before that wait is over.
    """

    def write(self: WriterThread) -> None:
        try:
            run(self)
        except OSError:
            while self._queue.get() is not None:  # pyright: ignore[reportPrivateUsage]
                pass

    return write


def _leave(app: App[Any], number: int) -> None:
    for stream in (sys.__stdin__, sys.__stdout__, sys.__stderr__):
        if stream is not None and not stream.closed and _was_terminal(stream.fileno()):
            _lead_nowhere(stream.fileno())
            number = signal.SIGHUP  # whatever else told of it first
    # Wakes the loop too, where it waits.
    asyncio.get_running_loop().call_soon_threadsafe(lambda: app.exit(return_code=128 + number))


def _was_terminal(file: int) -> bool:
    """Whether it is a terminal that was closed."""
    return stat.S_ISCHR(os.fstat(file).st_mode) and not os.isatty(file)


def _lead_nowhere(file: int) -> None:
    """What is still drawn would fail, and the thread that draws end with it."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, file)
    os.close(nowhere)
