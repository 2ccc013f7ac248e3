"""Calls on their way into the project: those that are new are placed while others are read, and written."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from synterm.core.traffic import LoggedCall, TrafficLog
from synterm.production.placing_aside import Aside, Places
from synterm.production.sampling import Sampling
from synterm.storage.project import Project

Drawn = tuple[LoggedCall, float]
"""A call and its place in the draw."""


@dataclass(slots=True)
class Kept:
    """What was kept of a log, and what was not."""

    kept: int = 0
    left_out: int = 0
    duplicates: int = 0
    stands_for: float = 0.0
    """For how many calls those that are kept stand."""
    placed: float = 0.0
    """Of these, how many have a behavior."""
    uncovered: float = 0.0
    """How many have none."""
    masked: dict[str, int] = field(default_factory=dict[str, int])
    first: str = ""
    last: str = ""
    shown: list[LoggedCall] = field(default_factory=list[LoggedCall])

    def add(self, call: LoggedCall, most_shown: int) -> None:
        """Count one."""
        self.kept += 1
        self.stands_for += call.weight
        if call.placing == "placed":
            self.placed += call.weight
        elif call.placing == "uncovered":
            self.uncovered += call.weight
        for kind, times in (call.masked or {}).items():
            self.masked[kind] = self.masked.get(kind, 0) + times
        self.first = min(self.first or call.served, call.served)
        self.last = max(self.last, call.served)
        if len(self.shown) < most_shown:
            self.shown.append(call)

    def log(self, log: TrafficLog, before: int, rows: int, wrong: int) -> TrafficLog:
        """What is known of a log: `before` of its calls were there already, and `rows` were read, of which `wrong`
        were none."""
        kept = before + self.kept
        kinds = {**log.masked, **self.masked}
        known = {
            "read": rows,
            "kept": kept,
            "left_out": self.left_out,
            "duplicates": max(rows - kept - self.left_out - wrong, 0),
            "wrong": wrong,
            "first": min(filter(None, (log.first, self.first)), default=""),
            "last": max(log.last, self.last),
            "masked": {kind: log.masked.get(kind, 0) + self.masked.get(kind, 0) for kind in kinds},
        }
        return log.model_copy(update=known)


class Keeper:
    """Keeps calls: what is there already is left out, the others are placed, decided where that waited for their
    places, and written. Two batches are under way at a time at most."""

    def __init__(
        self, project: Project, kept: Kept, sampling: Sampling, places: Places | None, *, shown: int, write: bool
    ) -> None:
        self._project, self._kept, self._sampling = project, kept, sampling
        self._shown, self._write = shown, write
        self._aside = Aside(places) if places else None
        self._placing: tuple[list[float], Future[list[LoggedCall]]] | None = None
        self._writing: Future[int] | None = None
        self._ids: set[str] = set()
        """Of the batch before, which may not be on disk yet."""

    def give(self, drawn: Sequence[Drawn]) -> None:
        """Take some calls; those before them are on their way to the disk then."""
        self._finish()
        there = self._ids | self._project.traffic.known(call.id for call, _ in drawn)
        fresh: dict[str, Drawn] = {}
        for call, place in drawn:
            if call.id not in there:
                fresh.setdefault(call.id, (call, place))
        self._kept.duplicates += len(drawn) - len(fresh)
        self._ids = set(fresh)
        calls = [call for call, _ in fresh.values()]
        self._placing = [place for _, place in fresh.values()], self._placed(calls)

    def close(self, *, whole: bool) -> None:
        """Keep what is under way, and wait until it is on disk; what is not `whole` is given up."""
        try:
            if whole:
                self._finish()
                self._settle()
        finally:
            if self._aside is not None:
                self._aside.close()

    def _placed(self, calls: list[LoggedCall]) -> Future[list[LoggedCall]]:
        if self._aside is not None and calls:
            return self._aside.place(calls)
        done: Future[list[LoggedCall]] = Future()
        done.set_result(calls)
        return done

    def _finish(self) -> None:
        """Decide and write the batch that was being placed."""
        self._settle()
        if self._placing is None:
            return
        draws, future = self._placing
        self._placing = None
        calls = future.result()
        if self._sampling.needs_place:
            calls = self._decided(calls, draws)
        for call in calls:
            self._kept.add(call, self._shown)
        if calls and self._write:
            self._writing = self._project.traffic.add(calls)

    def _decided(self, calls: list[LoggedCall], draws: list[float]) -> list[LoggedCall]:
        kept = [weighted(call, place, self._sampling) for call, place in zip(calls, draws, strict=True)]
        self._kept.left_out += kept.count(None)
        return [call for call in kept if call is not None]

    def _settle(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None


def weighted(call: LoggedCall, place: float, sampling: Sampling) -> LoggedCall | None:
    """The call with its weight; None where it is left out."""
    rate = sampling.rate(call)
    if place >= rate:
        return None
    return call if rate == 1 else replace(call, weight=1 / rate)
