"""Work of a generation that takes long, beside the event loop: whoever watches it goes on drawing and reading keys."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from synterm.storage.project import Project

T = TypeVar("T")


class Aside:
    """One thread, with a connection of its own to the project file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "generation")
        self._project: Project | None = None

    async def do(self, work: Callable[[Project], T]) -> T:
        """What comes of `work`, which may read the project; one piece at a time. Raises what it raises, and
        ProjectError where the file can't be read.

        When the caller is cancelled, work that has begun goes on to its end, and nobody takes what comes of it.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: work(self._open()))

    async def close(self) -> None:
        """Let go of the file, after what is under way. Whoever closes the project next finds it in one file only then:
        a connection that is still open keeps the log beside it."""
        closing = self._thread.submit(self._close)
        self._thread.shutdown(wait=False)
        await asyncio.wrap_future(closing)

    def _open(self) -> Project:
        if self._project is None:
            self._project = Project.look(self._path)
        return self._project

    def _close(self) -> None:
        if self._project is not None:
            self._project.close()
            self._project = None
