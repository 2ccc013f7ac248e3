"""Keeping up with the project file and with the logs while requests are answered, and saying so."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from synterm.production.guard import Guard
from synterm.production.guard_source import mark
from synterm.production.service.log import Log
from synterm.production.service.metrics import Metrics

_LOOK_S = 0.5
_AGAIN_S = 5.0
"""What can't be read is tried again after so long, also where the file looks the same."""
_SHARE = 20
"""Reading takes at most one part in so many of the time."""


class Watch:
    """Has a guard take up what its project file becomes, also while nobody asks it anything."""

    def __init__(self, guard: Guard, project: Path, metrics: Metrics, log: Log) -> None:
        self._guard = guard
        self._project = project
        self._metrics = metrics
        self._log = log
        self._mark = mark(project)
        self._said: str | None = None
        self._next_try = 0.0
        self._next_look = 0.0
        metrics.loaded.set(time.time())
        metrics.stale.set(0)

    async def keep_up(self) -> None:
        """Look every half second, for ever."""
        try:
            while True:
                await asyncio.sleep(_LOOK_S)
                self._count_dropped()
                if time.monotonic() >= self._next_look:
                    await self.look()
        finally:
            self._count_dropped()

    async def look(self) -> None:
        """Read the file where it is another one."""
        seen = await asyncio.to_thread(mark, self._project)
        stale = self._guard.stale is not None
        if seen == self._mark and not (stale and time.monotonic() >= self._next_try):
            return
        began = time.monotonic()
        taken = await asyncio.to_thread(self._guard.reload)
        now = time.monotonic()
        self._next_look, self._next_try = now + (now - began) * _SHARE, now + _AGAIN_S
        if seen != self._mark or taken:
            self._metrics.reloaded(taken=taken)
        self._mark = seen
        self._tell()

    def _count_dropped(self) -> None:
        self._metrics.dropped("messages", self._log.dropped)
        if (verdicts := self._guard.log) is not None:
            self._metrics.dropped("verdicts", verdicts.dropped)
            if verdicts.problem:
                self._log.say_seldom("a verdict could not be logged", 60.0, why=verdicts.problem)

    def _tell(self) -> None:
        stale = self._guard.stale
        self._metrics.stale.set(stale is not None)
        if stale is None:
            self._metrics.loaded.set(time.time())
            self._log.say("project read", project=self._guard.project)
        elif stale != self._said:
            self._log.say("project can't be read", why=stale)
        self._said = stale
