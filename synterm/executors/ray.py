"""Workers on a Ray cluster."""

from __future__ import annotations

from collections.abc import Sequence

from synterm.errors import ExecutorError
from synterm.executors.engine import RemoteWorker


class RayEngine:
    """A Ray cluster, that exists already or is started for one run."""

    name = "ray"

    def __init__(self, address: str | None = None, workers: int | None = None) -> None:
        """`address`: where it is; None: on this machine, with so many workers."""
        self._address = address
        self._workers = workers

    async def open(self) -> None:
        """Connect, or start it."""
        raise ExecutorError("not there yet")

    async def places(self) -> Sequence[str]:
        """Its workers."""
        raise ExecutorError("not there yet")

    async def start(self, place: str, setup: bytes) -> RemoteWorker:
        """A worker there."""
        raise ExecutorError("not there yet")

    async def close(self) -> None:
        """Leave it."""
