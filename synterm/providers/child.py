"""The main loop of a host process: calls come in on stdin, answers go out on what was stdout.

Importing this module is cheap; what is heavy is imported by the `build` that `serve` calls.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import orjson

from synterm.core.completion import Completion, Outcome, failed_call
from synterm.errors import SyntermError
from synterm.hidden import hiding, learn, learn_key
from synterm.providers import wire
from synterm.text import one_line


@dataclass(frozen=True, slots=True)
class Call:
    """One call to answer."""

    body: dict[str, Any]
    on_text: Callable[[str], None] | None
    """Takes each piece of a streamed answer; from any thread. None: the text is wanted whole."""


class Handler(Protocol):
    """What answers calls in a host process."""

    async def complete(self, call: Call) -> Completion:
        """The answer. Cancelling the task stops the work. SyntermError becomes a PROVIDER_ERROR."""
        ...


def serve(build: Callable[[], Handler]) -> None:
    """Answer calls until stdin ends, which it also does when the parent dies; then end at once, busy or not.

    `build` makes the handler, when the channel is set up already: native code that prints goes to the log.
    """
    source, sink = _claim_channel()
    learn(os.environ)
    # It is the log.
    sys.stderr = hiding(sys.stderr)
    # A Ctrl-C in the terminal reaches the whole process group; ending is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_Loop(build, sink).run(source))


def _claim_channel() -> tuple[int, int]:
    source, sink = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    return source, sink


class _Loop:
    def __init__(self, build: Callable[[], Handler], sink: int) -> None:
        self._build = build
        self._handler: Handler | None = None
        self._sink = sink
        self._writing = threading.Lock()
        self._calls: dict[int, asyncio.Task[None]] = {}

    async def run(self, source: int) -> None:
        reader = threading.Thread(target=self._read, args=(source, asyncio.get_running_loop()), daemon=True)
        reader.start()
        try:
            self._handler = self._build()
        except Exception as error:  # noqa: BLE001 - whatever it is, each call is told, and building is tried again
            print(_reason(error), file=sys.stderr, flush=True)  # noqa: T201 - stderr is the log
        self._write(wire.READY)
        await asyncio.Event().wait()

    def _read(self, source: int, loop: asyncio.AbstractEventLoop) -> NoReturn:
        with os.fdopen(source, "rb") as lines:
            for line in lines:
                loop.call_soon_threadsafe(self._take, orjson.loads(line))
        os._exit(0)

    def _take(self, message: dict[str, Any]) -> None:
        call_id: int = message["id"]
        if message["op"] == "complete":
            learn_key(message["body"].get("api_key"))
            self._calls[call_id] = asyncio.create_task(self._answer(call_id, message))
        elif (task := self._calls.get(call_id)) is not None:
            task.cancel()

    async def _answer(self, call_id: int, message: dict[str, Any]) -> None:
        def on_text(piece: str) -> None:
            self._write(wire.text_line(call_id, piece))

        try:
            self._handler = self._handler or self._build()
            completion = await self._handler.complete(Call(message["body"], on_text if message["stream"] else None))
        except SyntermError as error:
            completion = wire.failure(error)
        except Exception as error:  # noqa: BLE001 - the caller gets it as a typed outcome
            completion = failed_call(Outcome.PROVIDER_ERROR, f"the call failed: {_reason(error)}")
        finally:
            # Also when cancelled: then nobody waits for an answer.
            del self._calls[call_id]
        self._write(wire.done_line(call_id, completion))

    def _write(self, line: bytes) -> None:
        rest = memoryview(line)
        with self._writing:
            try:
                while rest:
                    rest = rest[os.write(self._sink, rest) :]
            except OSError:
                os._exit(0)  # the parent is gone


def _reason(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}", 400)
