"""A place with its worker, and the calls that it has."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synterm.executors.engine import RemoteWorker
from synterm.executors.lines import Line, packed


class CallLostError(Exception):
    """The worker that had the call ended; `last`: it was alone with it, so it is not tried again."""

    def __init__(self, why: str, *, last: bool) -> None:
        super().__init__(why)
        self.last = last


class CallFailedError(Exception):
    """The work could not be done, and would not be at another worker either."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a crew waits for what, in seconds."""

    silent_s: float = 30.0
    """A worker that says nothing for so long is taken for lost."""
    look_s: float = 1.0
    """How often places are looked at."""
    start_s: float = 120.0
    """A worker that takes longer to come up does not come."""
    end_s: float = 10.0
    """How long a worker may take to end."""
    none_s: float = 120.0
    """How long it waits, without any worker, for a place to have one at."""


PATIENCE = Patience()


@dataclass(eq=False, slots=True)
class Call:
    """One thing that is to be done at a worker."""

    content: bytes
    """It as a line of JSON (see `lines`), without its number."""
    key: str
    """What it is, by its content: the same again has the same."""
    group: str = ""
    each: int = 1
    """How many calls of its group a worker takes at a time."""
    near: str | None = None
    """Calls that say the same go to the same worker, if it has room."""
    needs: tuple[str, bytes] | None = None
    """A line that a worker must have had before, by its name."""
    answer: asyncio.Future[Line] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    number: int = 0
    seat: Seat | None = None
    """The place that has it."""

    def fail(self, error: Exception) -> None:
        """Nothing comes of it."""
        if not self.answer.done():
            self.answer.set_exception(error)


@dataclass(eq=False, slots=True)
class Seat:
    """A place with its worker."""

    place: str
    worker: RemoteWorker
    calls: dict[int, Call] = field(default_factory=dict[int, Call])
    load: Counter[str] = field(default_factory=Counter[str])
    """How many calls of each group it has."""
    apart: bool = False
    """Whether it only gets calls that were lost before."""
    heard: bool = False
    """Whether it ever said something."""
    warming: set[int] = field(default_factory=set[int])
    """What it gets ready, before it gets any call."""
    tasks: Sequence[asyncio.Task[None]] = ()
    """What hands work in and takes it out."""
    _has: set[str] = field(default_factory=set[str])
    _outbox: list[bytes] = field(default_factory=list[bytes])
    _some: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def ready(self) -> bool:
        """Whether it may get calls: it has said something, and what it gets ready is ready."""
        return self.heard and not self.warming

    def send(self, line: bytes) -> None:
        """Hand a line in with the next ones."""
        self._outbox.append(line)
        self._some.set()

    async def outgoing(self) -> bytes:
        """All that is to be handed in, once there is something."""
        await self._some.wait()
        self._some.clear()
        lines, self._outbox = self._outbox, []
        return b"".join(lines)

    def give(self, call: Call, number: int) -> None:
        """It has a call now, under this number."""
        if call.needs is not None and call.needs[0] not in self._has:
            self._has.add(call.needs[0])
            self.send(call.needs[1])
        call.number, call.seat = number, self
        self.calls[number] = call
        self.load[call.group] += 1
        self.send(numbered(number, call.content))

    def take_back(self, call: Call) -> None:
        """It has a call no more."""
        del self.calls[call.number]
        self.load[call.group] -= 1
        call.seat = None

    def cancel(self, call: Call) -> None:
        """Nobody waits for a call any more."""
        self.take_back(call)
        self.send(packed([{"id": call.number, "op": "cancel"}]))


def numbered(number: int, content: bytes) -> bytes:
    """A line of JSON with its number."""
    return b'{"id":%d,' % number + content[1:]


def content_of(line: Mapping[str, object]) -> bytes:
    """A line without its number, as a call holds it. Raises TypeError for what JSON can't hold."""
    return packed([dict(line)])
