"""Conversations that an app holds open: found again by what was said in them so far, and ended when nobody goes on."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

MOST_OPEN = 128
"""With more, the one that was idle longest is ended."""
IDLE_S = 60.0
"""After so long without a turn a conversation is ended. One that goes on later is begun anew, its turns sent again."""
_ENDING_AT_A_TIME = 8
_LAST_CHANCE_S = 5.0
"""How long closing waits for the calls that end conversations."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One that the app has open."""

    session: str | int
    """Its id at the app."""
    end: Callable[[], Awaitable[object]] | None = None
    """Ends it at the app, and raises nothing; None: the app ends it by itself."""


class Conversations:
    """Those open, by what was said in them. Use one instance from one event loop."""

    def __init__(self, *, idle_s: float = IDLE_S, most: int = MOST_OPEN) -> None:
        self._idle_s = idle_s
        self._most = most
        self._open: OrderedDict[str, tuple[float, Conversation]] = OrderedDict()
        """The one that was idle longest first."""
        self._ending: set[asyncio.Task[None]] = set()
        self._gate = asyncio.Semaphore(_ENDING_AT_A_TIME)
        self._alarm: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._open)

    def take(self, key: str) -> Conversation | None:
        """The one in which exactly that was said; it is the caller's now, to `keep` or to `drop`."""
        _, found = self._open.pop(key, (0.0, None))
        return found

    def keep(self, key: str, conversation: Conversation) -> None:
        """Hold it open, under what was said in it now."""
        if key in self._open:
            self.drop(self._open.pop(key)[1])
        self._open[key] = (time.monotonic(), conversation)
        while len(self._open) > self._most:
            self.drop(self._open.popitem(last=False)[1][1])
        if self._alarm is None:
            self._alarm = asyncio.get_running_loop().call_later(self._idle_s, self._look)

    def drop(self, conversation: Conversation) -> None:
        """End it at the app, in the background."""
        if conversation.end is None:
            return
        task = asyncio.get_running_loop().create_task(self._end(conversation.end))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End all; an app that takes too long for that is left with them."""
        if self._alarm:
            self._alarm.cancel()
            self._alarm = None
        while self._open:
            self.drop(self._open.popitem()[1][1])
        if self._ending:
            _, late = await asyncio.wait(self._ending, timeout=_LAST_CHANCE_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _end(self, end: Callable[[], Awaitable[object]]) -> None:
        async with self._gate:
            await end()

    def _look(self) -> None:
        """End those idle too long, and look again when the next one may be."""
        self._alarm = None
        now = time.monotonic()
        while self._open:
            since, conversation = next(iter(self._open.values()))
            if now - since < self._idle_s:
                self._alarm = asyncio.get_running_loop().call_later(since + self._idle_s - now, self._look)
                return
            self._open.popitem(last=False)
            self.drop(conversation)
