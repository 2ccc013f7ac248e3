"""The end of a sweep: what came in is kept, whatever interrupts it."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from contextlib import aclosing
from typing import Any

import pytest

from synterm.errors import ProjectError
from synterm.evaluate.events import Judged
from synterm.evaluate.traffic import Traffic
from synterm.storage.received import Received
from tests.evaluate.stage import Actor, Play, Stage, capped, variant

MANY = [f"message {number}" for number in range(60)]


class Refusing:
    """Refuses the first writes, as a file does that another program keeps locked for too long."""

    def __init__(self, play: Play, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self._add_all = play.project.responses.add_all
        self._left = times
        monkeypatch.setattr(play.project.responses, "add_all", self.add_all)

    def add_all(self, received: list[Received]) -> Future[Any]:
        if self._left:
            self._left -= 1
            refused: Future[Any] = Future()
            refused.set_exception(ProjectError("the file is locked"))
            return refused
        return self._add_all(received)


async def test_what_the_file_refused_once_is_kept_at_the_end(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    Refusing(play, 1, monkeypatch)
    actor = Actor(width=8)
    with pytest.raises(ProjectError, match="locked"):
        await play.made(play.tasks(play.cases(*MANY)), Stage(actor))
    assert actor.answered
    assert play.project.responses.count() == len(actor.answered)


async def test_a_file_that_goes_on_refusing_is_told_of(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    Refusing(play, 1000, monkeypatch)
    with pytest.raises(ProjectError, match="locked"):
        await play.made(play.tasks(play.cases(*MANY)), Stage(Actor()))


async def test_every_closing_frees_all_slots(play: Play) -> None:
    cases = play.cases(*MANY)
    actor = Actor(width=8)
    traffic = Traffic(Stage(actor))  # outlives sweeps, as in the workbench
    for stop_after in range(12):
        sweep = play.sweep(play.tasks(cases), Stage(actor), play.afresh, traffic=traffic)
        async with aclosing(sweep.events()) as events:
            for _ in range(stop_after):
                await anext(events)
    assert traffic.route(variant().model).endpoint.under_way == 0
    made = await play.made(play.tasks(cases), Stage(actor), play.afresh, traffic=traffic)
    assert len(made) == len(MANY)


async def test_closing_twice_at_once_loses_nothing_that_came_in(play: Play) -> None:
    actor = Actor(width=16)
    limits = capped(100.0)
    told = 0

    async def follow() -> None:
        nonlocal told
        async with aclosing(play.sweep(play.tasks(play.cases(*MANY)), Stage(actor), limits).events()) as events:
            async for event in events:
                told += isinstance(event, Judged)

    following = asyncio.create_task(follow())
    await actor.wait_until_asked(20)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert told <= play.project.responses.count() <= len(actor.answered)
    assert limits.purse and limits.purse.reserved == 0
