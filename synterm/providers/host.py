"""A host process, seen from synterm: started when first needed, watched, and started again when it died."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

import synterm
from synterm import paths
from synterm.core.completion import Completion, Outcome, failed_call
from synterm.providers import wire

OnText = Callable[[str], None]

MAX_STARTS = 3
"""How often in a row a process may die at start-up before it is left alone."""
_MAX_LOG_BYTES = 1_000_000
_GRACE_S = 2.0


@dataclass(slots=True)
class _Waiting:
    answer: asyncio.Future[Completion]
    on_text: OnText | None


@dataclass(eq=False, slots=True)
class _Child:
    process: Process
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once it takes calls, and when it is dead."""
    started: bool = False
    closing: bool = False
    waiting: dict[int, _Waiting] = field(default_factory=dict[int, _Waiting])
    dead: bool = False
    problem: str | None = None
    reader: asyncio.Task[None] | None = None

    def send(self, line: bytes) -> None:
        if self.process.stdin is not None and not self.process.stdin.is_closing():
            self.process.stdin.write(line)


class HostProcess:
    """``python -m MODULE ARGS`` as a server of calls. Use one instance from one event loop."""

    def __init__(
        self, module: str, title: str, *, args: Sequence[str] = (), env: Mapping[str, str] | None = None
    ) -> None:
        """`title` names the process in messages; `env` is its whole environment, this process's own when None."""
        self._command = (sys.executable, "-P", "-m", module, *args)
        self._title = title
        self._env = env
        self._child: _Child | None = None
        self._launch: asyncio.Task[_Child | Completion] | None = None
        self._deaths = 0
        self._last_death = ""
        self._next_id = 0
        self.log = paths.log_dir() / f"{module.rpartition('.')[2]}.log"
        """The file that has what the process and its native code printed."""

    @property
    def pid(self) -> int | None:
        """The process id; None when it is not running."""
        return None if self._child is None else self._child.process.pid

    async def start(self) -> None:
        """Start the process ahead of the first call. What goes wrong shows at that call."""
        await self._running()

    async def call(
        self, body: dict[str, Any], on_text: OnText | None = None, limit_s: float | None = None
    ) -> Completion:
        """The answer to one call. Cancelling the task stops the work in the process.

        After `limit_s` seconds without an answer, counted from when the process takes calls, it is TIMED_OUT.
        """
        child = await self._running()
        if isinstance(child, Completion):
            return child
        if child.dead:
            return self._death(child)
        self._next_id += 1
        call_id = self._next_id
        waiting = _Waiting(asyncio.get_running_loop().create_future(), on_text)
        child.waiting[call_id] = waiting
        open_call = False
        try:
            await child.ready.wait()
            child.send(wire.complete_line(call_id, body, on_text is not None))
            open_call = True
            async with asyncio.timeout(limit_s):
                completion = await waiting.answer
            open_call = False
            return completion
        except TimeoutError:
            return failed_call(Outcome.TIMED_OUT, f"no answer within {limit_s:g} s", retry_after_s=0.0)
        finally:
            del child.waiting[call_id]
            if open_call:
                child.send(wire.cancel_line(call_id))

    async def close(self) -> None:
        """End the process: by closing its stdin, else by asking, else by force. A later call starts a new one."""
        if self._launch is not None:
            await asyncio.wait([self._launch])
        child, self._child = self._child, None
        self._deaths = 0
        if child is None:
            return
        child.closing = True
        try:
            if child.process.stdin is not None:
                child.process.stdin.close()
            for stop in (child.process.terminate, child.process.kill):
                with suppress(TimeoutError):
                    await asyncio.wait_for(child.process.wait(), _GRACE_S)
                    break
                with suppress(ProcessLookupError):
                    stop()
        finally:
            if child.process.returncode is None:
                with suppress(ProcessLookupError):
                    child.process.kill()
            if child.reader is not None:
                await child.reader

    async def _running(self) -> _Child | Completion:
        if self._child is not None:
            return self._child
        if self._launch is None:
            self._launch = asyncio.create_task(self._bring_up())
        # Whoever asked first may be cancelled at the next key; the process comes up all the same.
        return await asyncio.shield(self._launch)

    async def _bring_up(self) -> _Child | Completion:
        try:
            if self._deaths >= MAX_STARTS:
                return self._lost(f"died at start-up {self._deaths} times in a row: {self._last_death}")
            self._child = await self._spawn()
            return self._child
        except OSError as error:
            return self._lost(f"can't be started: {error}")
        finally:
            self._launch = None

    async def _spawn(self) -> _Child:
        log = open_log(self.log)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                env=with_synterm(self._env),
                limit=wire.MAX_LINE_BYTES,
            )
        finally:
            if log != DEVNULL:
                os.close(log)
        child = _Child(process)
        child.reader = asyncio.create_task(self._read(child))
        return child

    async def _read(self, child: _Child) -> None:
        assert child.process.stdout is not None
        try:
            while line := await child.process.stdout.readline():
                self._take(child, orjson.loads(line))
        except ValueError as error:
            child.problem = f"it sent what is no message ({error})"
            with suppress(ProcessLookupError):
                child.process.kill()
        self._bury(child, await child.process.wait())

    def _take(self, child: _Child, message: dict[str, Any]) -> None:
        if "ready" in message:
            child.started = True
            self._deaths = 0
            child.ready.set()
            return
        waiting = child.waiting.get(message["id"])
        if waiting is None or waiting.answer.done():
            return
        if "done" in message:
            waiting.answer.set_result(wire.unpack(message["done"]))
        elif waiting.on_text is not None:
            try:
                waiting.on_text(message["text"])
            except Exception as error:  # noqa: BLE001 - it is the caller's own, and goes back to the caller
                waiting.answer.set_exception(error)

    def _bury(self, child: _Child, code: int) -> None:
        if self._child is child:
            self._child = None
        child.dead = True
        self._last_death = f"{child.problem or _how_it_ended(code)}; its log: {self.log}"
        if not child.started and not child.closing:
            self._deaths += 1
        for waiting in child.waiting.values():
            if not waiting.answer.done():
                waiting.answer.set_result(self._death(child))
        child.ready.set()

    def _death(self, child: _Child) -> Completion:
        if child.closing:
            return failed_call(Outcome.CANCELLED, f"{self._title} was closed")
        error = f"{self._title} ended before it answered: {self._last_death}"
        return failed_call(Outcome.PROVIDER_ERROR, error, "the next call starts it again", retry_after_s=0.0)

    def _lost(self, how: str) -> Completion:
        hint = f"read {self.log}, then start synterm again"
        return failed_call(Outcome.PROVIDER_ERROR, f"{self._title} {how}", hint)


def _how_it_ended(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        name = signal.Signals(-code).name
        return f"killed by {name} (out of memory?)" if name == "SIGKILL" else f"killed by {name}"
    return f"killed by signal {-code}"


def open_log(path: Path) -> int:
    """A file descriptor for the log, emptied when it has grown; a place that can't be written gets none."""
    try:
        paths.private_folder(path.parent)
        log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        if os.fstat(log).st_size > _MAX_LOG_BYTES:
            os.ftruncate(log, 0)
    except OSError:
        return DEVNULL
    return log


def with_synterm(env: Mapping[str, str] | None) -> dict[str, str]:
    """An environment in which the child finds this very synterm, though its own working directory is not searched."""
    child = dict(os.environ if env is None else env)
    home = Path(synterm.__file__).resolve().parents[1]
    if home.name not in ("site-packages", "dist-packages"):
        child["PYTHONPATH"] = os.pathsep.join(filter(None, (str(home), child.get("PYTHONPATH"))))
    return child
