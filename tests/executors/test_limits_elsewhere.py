"""What a run must keep to holds however many workers make its calls."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from typing import Any

import pytest

from synterm.core.completion import Outcome
from synterm.evaluate import flights
from synterm.evaluate.events import Event, Retrying
from synterm.evaluate.limits import Limits
from synterm.evaluate.purse import Purse
from synterm.evaluate.reservation import today
from synterm.executors.lines import Line
from synterm.providers.prices import price_of
from synterm.storage.project import Project
from synterm.storage.responses import ResponseStore
from tests.conftest import MakeProject
from tests.support.crew_runs import made, many, number_of, parity, reached, said, whole
from tests.support.http_stub import Messages, Reply, Stub
from tests.support.near_engine import NearEngine, NearWorker

_PAID = 14e-6
"""What an answer of the stub costs: 14 tokens."""


def holder(engine: NearEngine, number: int) -> NearWorker:
    """The worker that was given a case last."""
    wanted = f"case {number}"
    return next(
        worker
        for worker in reversed(engine.workers)
        if any(line["op"] == "complete" and line["request"]["messages"][-1][1] == wanted for line in worker.seen)
    )


@pytest.mark.parametrize("lost", [0, 1, 3])
async def test_lost_calls_count_as_dear_as_they_may_have_been(make_project: MakeProject, stub: Stub, lost: int) -> None:
    path = make_project(many(stub, 60))
    engine = NearEngine(2)
    killed = set[int]()

    def reply(messages: Messages) -> Reply:
        number = number_of(messages)
        if number in range(11, 11 + lost) and number not in killed:
            killed.add(number)
            holder(engine, number).dead = True
        return parity(messages)

    stub.reply(reply)
    with Project.open(path) as project:
        [model] = project.models.all()
    price = price_of(model)
    assert price is not None
    failures = list[Retrying]()

    def watch(event: Event) -> None:
        if isinstance(event, Retrying) and event.failure.outcome is Outcome.LOST:
            failures.append(event)

    purse = Purse(0.01, "raise it")
    there, result = await whole(path, engine, watch=watch, concurrency=4, limits=Limits(purse=purse, day_cap_usd=1.0))
    answered = sum(one.completion.outcome.answered for one in there)
    known = answered * _PAID
    assert bool(failures) == bool(lost)
    assert purse.spent <= purse.cap_usd + 1e-9
    # One that was lost each time has a last try too, which is no retry.
    lost_at_last = [one.task.request for one in there if one.completion.outcome is Outcome.LOST]
    requests = [*(event.task.request for event in failures), *lost_at_last]
    worsts = [price.worst(request) or 0.0 for request in requests if request]
    assert len(worsts) == len(requests)
    assert all(worsts)
    assert purse.spent == pytest.approx(known + sum(worsts), abs=1e-9), (answered, len(failures), len(lost_at_last))
    assert purse.reserved == 0
    assert result.halted is None
    with Project.open(path) as project:
        day = project.spending.on(today())
    assert day.spent_usd == pytest.approx(purse.spent, abs=1e-9)
    assert day.reserved_usd == pytest.approx(0, abs=1e-9)


async def test_a_purse_that_lost_calls_emptied_halts_the_run(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(many(stub, 40))
    engine = NearEngine(2)

    def reply(messages: Messages) -> Reply:
        if number_of(messages) == 12 and not engine.workers[0].dead:
            engine.workers[0].dead = True
        return parity(messages)

    stub.reply(reply)
    purse = Purse(40 * _PAID, "raise it")
    there, result = await whole(path, engine, concurrency=4, limits=Limits(purse=purse))
    assert result.halted
    assert "the spending cap of" in result.halted.reason
    assert purse.spent <= purse.cap_usd + 1e-9
    assert 0 < len(there) < 40
    again = await made(path, NearEngine(2))
    assert len(again) == 40
    assert all(one.passed is not None for one in again)


async def test_a_rate_holds_for_all_workers_together(make_project: MakeProject, stub: Stub) -> None:
    text = many(stub, 30).replace("price: {", "rpm: 600, price: {")
    path = make_project(text)
    began = time.monotonic()
    arrived = list[float]()

    def reply(messages: Messages) -> Reply:
        arrived.append(time.monotonic() - began)
        return parity(messages)

    stub.reply(reply)
    engine = NearEngine(3)
    await made(path, engine)
    assert len(arrived) == 30
    # The first ten may go at once. However slow the machine is, none can come before it was sent.
    assert all(at >= (number - 10) / 10 for number, at in enumerate(sorted(arrived)))
    assert all(any(line["op"] == "complete" for line in worker.seen) for worker in engine.workers)


async def test_concurrency_is_that_of_all_workers_together(make_project: MakeProject, stub: Stub) -> None:
    release = threading.Event()
    stub.reply(Reply("even", hold=release))
    engine = NearEngine(3)
    running = asyncio.create_task(made(make_project(many(stub, 30)), engine, concurrency=6))
    await reached(lambda: len(stub.calls) >= 6)
    # Time enough for a seventh, if there were one.
    for _ in range(40):
        await asyncio.sleep(0.005)
    at_each = [sum(line["op"] == "complete" for line in worker.seen) for worker in engine.workers]
    release.set()
    assert len(await running) == 30
    assert sum(at_each) == 6
    assert all(at_each)


async def test_no_more_is_sent_than_a_slow_writer_follows(
    make_project: MakeProject, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.reply(lambda messages: "even")
    monkeypatch.setattr(flights, "_MOST_PENDING", 10)
    ahead, written = list[int](), [0]
    add_all = ResponseStore.add_all

    def slowly(self: ResponseStore, received: Any) -> Future[Any]:
        ahead.append(len(stub.calls) - written[0])
        done: Future[Any] = Future()

        def write() -> None:
            time.sleep(0.05)
            rows = add_all(self, received).result()
            written[0] += len(received)
            done.set_result(rows)

        threading.Thread(target=write).start()
        return done

    monkeypatch.setattr(ResponseStore, "add_all", slowly)
    there = await made(make_project(many(stub, 120)), NearEngine(2), concurrency=8)
    assert len(there) == 120
    assert max(ahead) <= 10 + 2 * 8


async def test_a_poison_call_among_many_takes_none_along(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    path = make_project(many(stub, 101))
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    ended = list[int]()

    def poison(line: Line) -> bool:
        if line["op"] == "complete" and line["request"]["messages"][-1][1] == "case 50":
            ended.append(1)
            return True
        return False

    there = await made(path, NearEngine(2, poison))
    here = await made(copy, None)
    [lost] = [one for one in there if one.passed is None]
    good = {one.task.case.id for one in there if one.passed is not None}
    assert len(good) == 100
    assert [one for one in said(there) if one[0] in good] == [one for one in said(here) if one[0] in good]
    assert lost.completion.outcome is Outcome.LOST
    assert len(ended) in (2, 3)
