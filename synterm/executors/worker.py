"""What a worker does, wherever it is: it holds the providers of models and the checks, and answers calls.

It knows nothing of engines: one wraps it in what is an actor there. It works by the settings and the keys of the
machine that it is on; nothing of the user's is sent to it but requests, cases and checks.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import Coroutine
from typing import Any, TypeVar

import synterm
from synterm.core.completion import Outcome, failed_call
from synterm.errors import SyntermError
from synterm.executors.engine import POLL_S
from synterm.executors.judging import Bench
from synterm.executors.lines import Line, model_of, packed, request_of, unpacked
from synterm.hidden import learn
from synterm.providers import wire
from synterm.providers.registry import Providers
from synterm.settings import load_settings

_Result = TypeVar("_Result")
ALONE_S = 60.0
_MOST_BYTES = 16_000_000
"""About as much as goes back at a time; the rest waits for the next time."""


class Work:
    """Answers calls on a loop of its own, in a thread: whatever the engine's own loop is busy with, calls go on."""

    def __init__(self, setup: bytes, alone_s: float = ALONE_S) -> None:
        """`setup`: the line that the run begins with; `alone_s`: after so many seconds without being asked for results
        it takes it that the run is gone, and stops what costs. Raises SyntermError where it is another synterm's."""
        _check(setup)
        learn(os.environ)
        settings = load_settings()
        self._providers = Providers(settings.approved_endpoints, fast=settings.fast_path)
        self._bench = Bench()
        self._calls: dict[int, asyncio.Task[None]] = {}
        self._done: deque[bytes] = deque([packed([{"id": 0, "done": {}}])])
        self._some = asyncio.Event()
        self._some.set()
        self._alone_s = alone_s
        self._taken = time.monotonic()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="synterm work", daemon=True)
        self._thread.start()
        self._alone = asyncio.run_coroutine_threadsafe(self._watch(), self._loop)

    async def put(self, lines: bytes) -> None:
        """Take work in."""
        work = unpacked(lines)
        self._loop.call_soon_threadsafe(self._take_in, work)

    async def take(self) -> bytes:
        """What is done; waits a while for the first of it. Empty: nothing is."""
        return await self._on_loop(self._results())

    async def close(self) -> None:
        """Stop all calls and end all processes."""
        self._alone.cancel()
        await self._on_loop(self._end())
        self._bench.close()
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _on_loop(self, work: Coroutine[Any, Any, _Result]) -> _Result:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    # On the loop of its own.

    def _take_in(self, work: list[Line]) -> None:
        for line in work:
            match line["op"]:
                case "complete" | "judge" | "warm":
                    task = self._loop.create_task(self._answer(line))
                    self._calls[line["id"]] = task
                case "cancel":
                    if (task := self._calls.get(line["id"])) is not None:
                        task.cancel()
                case "checks":
                    self._bench.take(line["name"], line["checks"])
                case other:
                    self._tell({"id": line.get("id"), "failed": f"{other!r} is nothing that a worker does"})

    async def _answer(self, line: Line) -> None:
        number: int = line["id"]
        try:
            self._tell({"id": number, "done": await self._done_of(line)})
        except Exception as error:  # noqa: BLE001 - whatever it is, the run is told, and the worker goes on
            self._tell({"id": number, "failed": f"{type(error).__name__}: {error}"})
        finally:
            # Also when it was cancelled: then nobody waits for an answer.
            del self._calls[number]

    async def _done_of(self, line: Line) -> Line:
        if line["op"] == "judge":
            return await self._bench.judge(line)
        if line["op"] == "warm":
            await self._providers.warm([model_of(line["model"])])
            return {}
        request = request_of(line["request"])
        try:
            completion = await self._providers.for_model(request.model).complete(request)
        except SyntermError as error:
            completion = failed_call(Outcome.PROVIDER_ERROR, str(error), error.hint)
        return wire.pack(completion)

    def _tell(self, line: Line) -> None:
        """Raises TypeError for what JSON can't hold, as a plugin may give it."""
        self._done.append(packed([line]))
        self._some.set()

    async def _results(self) -> bytes:
        self._taken = time.monotonic()
        if not self._done:
            try:
                async with asyncio.timeout(POLL_S):
                    await self._some.wait()
            except TimeoutError:
                return b""
        content: list[bytes] = []
        size = 0
        while self._done and size < _MOST_BYTES:
            content.append(self._done.popleft())
            size += len(content[-1])
        if not self._done:
            self._some.clear()
        return b"".join(content)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(min(POLL_S, self._alone_s))
            if time.monotonic() - self._taken > self._alone_s:
                await self._end()
                # Whoever asks after all had work here that nobody does any more.
                self._tell({"over": f"it was not asked for results for {self._alone_s:g} s, so it stopped"})
                return

    async def _end(self) -> None:
        calls = [*self._calls.values()]
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await self._providers.close()


def _check(setup: bytes) -> None:
    [line] = unpacked(setup)
    if line["version"] != synterm.__version__:
        # Whatever carries it to the run may carry no more than its words.
        raise SyntermError(
            f"the worker has synterm {synterm.__version__}, the run is made by {line['version']}: "
            f"install the same on both (pip install synterm=={line['version']})"
        )


def setup_line() -> bytes:
    """What a run begins with at each worker."""
    return packed([{"version": synterm.__version__}])
