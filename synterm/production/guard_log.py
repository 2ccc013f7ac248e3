"""The log of a guard's verdicts: JSON lines that the inbox takes, written beside the verdicts and never before them."""

from __future__ import annotations

import atexit
import json
import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, cast

import orjson

from synterm.core.guarding import GUARD_LOG, GuardVerdict
from synterm.errors import UsageError
from synterm.production.guard_file import LogFile
from synterm.production.guard_forks import survive_forks
from synterm.storage.clock import now

_MOST_WAITING = 10_000
_MOST_CHARACTERS = 50_000_000
"""Of the answers that wait to be written."""
_PATIENCE_S = 10.0
MOST_BYTES = 100_000_000
"""Of a log; then it is put aside under the name of it with ``.1``, and begun anew."""
_NAMED = ("id", "project", "behavior", "checks_id", "allowed", "passed", "took_ms")


class Masks(Protocol):
    """Takes personal data and keys out of values."""

    def value(self, value: Any, counts: dict[str, int]) -> Any:
        """A JSON value with what was found in it masked; `counts` is told how many of each kind."""
        ...


@dataclass(frozen=True, slots=True)
class _Entry:
    at: str
    verdict: GuardVerdict
    given: Any
    output: str
    expected: Any
    size: int
    """Characters of it all."""


class GuardLog:
    """Verdicts on their way into a file. A thread masks and writes them; where it can't keep up, or the disk is full,
    lines are dropped and counted, and no verdict waits."""

    def __init__(self, path: str | Path, *, masked: bool = True, most_bytes: int = MOST_BYTES) -> None:
        """Opens the file, which is made for its owner only. Raises UsageError where that fails."""
        self.path = Path(path)
        self.dropped = 0
        """Lines that were not written."""
        self.written = 0
        self._masks = _masker() if masked else None
        try:
            self._file = LogFile(self.path, most_bytes)
        except OSError as error:
            raise UsageError(f"the log can't be written: {error.strerror or error}", where=str(path)) from error
        self._closed = False
        self.begin_anew()
        survive_forks(self)
        atexit.register(self.close)

    def begin_anew(self) -> None:
        """Wait for verdicts of this process: those of the one that it was forked off from are written there."""
        self._waiting: queue.SimpleQueue[_Entry | threading.Event | None] = queue.SimpleQueue()
        self._characters = 0
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def problem(self) -> str | None:
        """Why the last line could not be written; None where it was."""
        return self._file.problem

    def add(self, verdict: GuardVerdict, given: Any, output: str, expected: Any = None) -> None:
        """Have a verdict written, as soon as there is time for it."""
        size = len(output) + _size(given) + _size(expected)
        with self._lock:
            full = self._waiting.qsize() >= _MOST_WAITING or self._characters + size > _MOST_CHARACTERS
            if full or self._closed:
                self.dropped += 1
                return
            self._characters += size
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="synterm-guard-log", daemon=True)
                self._thread.start()
        self._waiting.put(_Entry(now(), verdict, given, output, expected, size))

    def flush(self, patience_s: float = _PATIENCE_S) -> bool:
        """Wait until all that was added is written, but no longer than so many seconds; whether it is."""
        if self._thread is None:
            return True
        done = threading.Event()
        self._waiting.put(done)
        return done.wait(patience_s)

    def close(self) -> None:
        """Write what waits and close the file. What is added later is dropped. Closing twice does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        atexit.unregister(self.close)
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join(_PATIENCE_S)
        self._file.close()

    def _serve(self) -> None:
        waiting = self._waiting
        while (entry := waiting.get()) is not None:
            if isinstance(entry, threading.Event):
                entry.set()
                continue
            wrote = self._write(entry)
            with self._lock:
                self._characters -= entry.size
                self.written += wrote
                self.dropped += not wrote

    def _write(self, entry: _Entry) -> bool:
        try:
            return self._file.append(self._line(entry))
        except Exception as error:  # noqa: BLE001 - one line that can't be written must not end the log
            self._file.problem = f"{type(error).__name__}: {error}"
            return False

    def _line(self, entry: _Entry) -> bytes:
        verdict = entry.verdict
        said: dict[str, Any] = {
            "input": entry.given,
            "output": entry.output,
            "reason": verdict.reason,
            "checks": [check.model_dump(exclude_defaults=True) for check in verdict.checks],
        }
        if entry.expected is not None:
            said["expected"] = entry.expected
        counts: dict[str, int] = {}
        if self._masks is not None:
            said = {name: self._masks.value(value, counts) for name, value in said.items()}
        named = {name: getattr(verdict, name) for name in _NAMED}
        line = {"synterm": GUARD_LOG, "at": entry.at, **named, **said, "masked": counts}
        try:
            return orjson.dumps(line, default=str)
        except TypeError:  # names that are no text, or half characters
            return json.dumps(line, default=str).encode()


def _size(value: Any) -> int:
    """About how many characters a value is."""
    size, left = 0, [value]
    while left and size < _MOST_CHARACTERS:
        one = left.pop()
        size += len(one) if isinstance(one, str) else 20
        if isinstance(one, Mapping):
            left += cast("Mapping[Any, Any]", one).values()
        elif isinstance(one, list | tuple):
            left += cast("Sequence[Any]", one)
    return size


def _masker() -> Masks:
    # It compiles some patterns, which a guard without a log need not wait for.
    from synterm.production.masking import Masker

    return Masker()
