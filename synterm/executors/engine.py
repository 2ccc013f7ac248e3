"""What an engine is to a run: places where workers can be, and workers that take work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, Protocol

from synterm.errors import UsageError

EngineName = Literal["dask", "ray"]

POLL_S = 1.0
"""How long `RemoteWorker.take` waits for something at most: an empty answer says that the worker is alive."""


class WorkerLostError(Exception):
    """A worker ended, or can't be reached; what it had to do may have been done, and nobody knows."""


class RemoteWorker(Protocol):
    """One worker, seen from the run. Every method raises WorkerLostError where it has ended."""

    async def put(self, lines: bytes) -> None:
        """Hand in work: lines of JSON (see `lines`). Comes back once the worker has them, not once it is done."""
        ...

    async def take(self) -> bytes:
        """What was done since the last time, as lines of JSON; waits up to `POLL_S` seconds for the first of them."""
        ...

    async def close(self) -> None:
        """End it, with all it has begun. Raises nothing."""
        ...


class Engine(Protocol):
    """An engine that runs workers on one machine or many. Use one instance from one event loop."""

    @property
    def name(self) -> str:
        """As the user calls it: ``dask``."""
        ...

    async def open(self) -> None:
        """Connect, or start what has to be there. Raises ExecutorError, with what to do, where that is not possible."""
        ...

    async def places(self) -> Sequence[str]:
        """Where workers can be now, by names that people can tell apart: each takes one worker at a time.

        It is asked every now and then: places come and go with the machines. Raises ExecutorError once the engine
        itself is gone.
        """
        ...

    async def start(self, place: str, setup: bytes) -> RemoteWorker:
        """A new worker at a place, which was given `setup`. Raises WorkerLostError, with why, where none comes up."""
        ...

    async def close(self) -> None:
        """Leave the engine; one that was started by `open` ends. Raises nothing."""
        ...


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Which engine a run uses."""

    name: EngineName
    address: str | None = None
    """Where it is; None: one is started on this machine, for this run."""
    workers: int | None = None
    """How many workers are wanted; None: one for each processor of this machine, or those that the engine has."""

    @property
    def words(self) -> str:
        """What is waited for at first."""
        name = self.name.capitalize()
        if self.address:
            return f"waiting for workers of {name} at {self.address}"
        return f"starting {name} on this machine, which takes some seconds"


def engine_for(choice: EngineChoice) -> Engine:
    """The engine, not opened yet. Raises UsageError where it is not installed."""
    module = {"dask": "distributed", "ray": "ray"}[choice.name]
    if find_spec(module) is None:
        hint = f"pip install 'synterm[{choice.name}]'"
        raise UsageError(f"--executor {choice.name} needs {module}, which is not installed", hint=hint)
    if choice.name == "dask":
        from synterm.executors.dask import DaskEngine

        return DaskEngine(choice.address, choice.workers)
    from synterm.executors.ray import RayEngine

    return RayEngine(choice.address, choice.workers)
