"""What the stub server remembers of the requests that it got."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

LATE_S = 0.25
"""An answer may take this long, in seconds, from the stub to the client's disk."""
EARLY_S = 0.02
"""What clocks and the way to the client excuse, in seconds."""


@dataclass(slots=True)
class Body:
    """All requests with one and the same body."""

    requests: int = 0
    in_flight: int = 0
    answered_at: float | None = None
    not_before: float = 0.0


@dataclass
class Tally:
    """Counts since the last reset; times are those of `time.monotonic`, in seconds."""

    tick_s: float = 0.0
    """How long one entry of the timeline is; 0: no timeline."""
    bodies: dict[int, Body] = field(default_factory=dict)
    statuses: Counter[str] = field(default_factory=Counter)
    timeline: dict[int, list[int]] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    cpu_began: float = field(default_factory=time.process_time)
    requests: int = 0
    in_flight: int = 0
    max_in_flight: int = 0
    connections: int = 0
    abandoned: int = 0
    first_arrival: float | None = None
    last_arrival: float | None = None
    pause_began: float = 0.0
    pause_ends: float = 0.0
    early_same: int = 0
    early_any: int = 0
    repeated_in_flight: int = 0
    repeated_late: int = 0

    def arrived(self, digest: int) -> Body:
        """Count a request whose body has the hash `digest`."""
        now = time.monotonic()
        if self.first_arrival is None:
            self.first_arrival = now
        self.last_arrival = now
        self.requests += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        body = self.bodies.get(digest)
        if body is None:
            body = self.bodies[digest] = Body()
        else:
            self._again(body, now)
        body.requests += 1
        body.in_flight += 1
        if now < self.pause_ends - EARLY_S and now > self.pause_began + LATE_S:
            self.early_any += 1
        if self.tick_s:
            self._draw(now)
        return body

    def _again(self, body: Body, now: float) -> None:
        if now < body.not_before - EARLY_S:
            self.early_same += 1
        if body.in_flight:
            self.repeated_in_flight += 1
        elif body.answered_at is not None and now > body.answered_at + LATE_S:
            self.repeated_late += 1

    def _draw(self, now: float) -> None:
        entry = self.timeline.setdefault(int((now - self.began) / self.tick_s), [0, 0])
        entry[0] += 1
        entry[1] = max(entry[1], self.in_flight)

    def answered(self, body: Body, kind: str) -> None:
        """Count an answer sent in full; `kind` is its status, or the fault."""
        self.statuses[kind] += 1
        self.in_flight -= 1
        body.in_flight -= 1
        if kind == "200":
            body.answered_at = time.monotonic()

    def told_to_wait(self, body: Body, seconds: float) -> None:
        """Note that the client was told to come again after `seconds`."""
        now = time.monotonic()
        body.not_before = now + seconds
        if now > self.pause_ends:
            self.pause_began = now
        self.pause_ends = max(self.pause_ends, now + seconds)

    def lost(self, body: Body) -> None:
        """Count a request whose client went away before its answer was out."""
        self.abandoned += 1
        self.in_flight -= 1
        body.in_flight -= 1

    def stats(self) -> dict[str, Any]:
        """All of it, as JSON takes it."""
        names = """requests in_flight max_in_flight connections abandoned first_arrival last_arrival early_same
            early_any repeated_in_flight repeated_late""".split()
        return {
            **{name: getattr(self, name) for name in names},
            "bodies": len(self.bodies),
            "most_of_one_body": max((body.requests for body in self.bodies.values()), default=0),
            "statuses": dict(self.statuses),
            "timeline": [[tick, *counts] for tick, counts in sorted(self.timeline.items())],
            "cpu_s": time.process_time() - self.cpu_began,
        }
