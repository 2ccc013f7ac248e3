"""What the service says on stderr: one line for each thing that happened, in words and ``name=value`` pairs (logfmt).

A reader that does not read holds nothing up: a thread writes, and lines that it can't keep up with are left out and
counted. Nothing that came with a request is ever written, but for its path.
"""

from __future__ import annotations

import json
import logging
import queue
import sys
import threading
import time
from typing import TextIO

from synterm.hidden import hidden
from synterm.text import one_line, printable

_MOST_WAITING = 1000
_LONGEST = 500
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@[]%+,*")


class Log:
    """Writes to `stream`, or to stderr; with the number of the `worker` that writes, where there are several."""

    def __init__(self, worker: int | None = None, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._about = {"worker": worker}
        self._lines: queue.Queue[str | None] = queue.Queue(_MOST_WAITING)
        self._last: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}
        self.dropped = 0
        """Lines that were left out because nobody read the ones before."""
        self._thread = threading.Thread(target=self._write, name="synterm-guard-log", daemon=True)
        self._thread.start()

    def say(self, event: str, **about: object) -> None:
        """Write that `event` happened."""
        try:
            self._lines.put_nowait(line(event, {**self._about, **about}))
        except queue.Full:
            self.dropped += 1

    def say_seldom(self, event: str, every_s: float = 10.0, **about: object) -> None:
        """Write it at most once in `every_s` seconds, and how often it happened meanwhile."""
        now = time.monotonic()
        if now - self._last.get(event, -every_s) < every_s:
            self._unsaid[event] = self._unsaid.get(event, 0) + 1
            return
        self._last[event] = now
        unsaid = self._unsaid.pop(event, 0)
        self.say(event, **about, **({"more_of_it": unsaid} if unsaid else {}))

    def close(self) -> None:
        """Write what there is, within a second."""
        try:
            self._lines.put(None, timeout=0.5)
        except queue.Full:
            return
        self._thread.join(0.5)

    def _write(self) -> None:
        while (text := self._lines.get()) is not None:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):  # nobody is there to be told
                self.dropped += 1


class OneLine(logging.Handler):
    """Has libraries say what they say through a Log: in one line, without a traceback."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write it."""
        error = record.exc_info[1] if record.exc_info else None
        about = {"error": in_words(error)} if error is not None else {}
        self._log.say_seldom(
            f"{record.name} {record.levelname.lower()}", 1.0, message=one_line(record.getMessage(), 300), **about
        )


def in_words(error: BaseException) -> str:
    """An unexpected error in a line."""
    return one_line(f"{type(error).__name__}: {error}", 300)


def line(event: str, about: dict[str, object]) -> str:
    """The line that tells that `event` happened."""
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    pairs = [f"{name}={_value(value)}" for name, value in about.items() if value is not None]
    return printable(hidden(" ".join([now, "synterm guard:", event, *pairs]))) + "\n"


def _value(value: object) -> str:
    text = one_line(str(value), _LONGEST)
    return text if text and _PLAIN.issuperset(text) else json.dumps(text, ensure_ascii=False)
