"""A run by workers gives what a run here gives, also when workers end in the middle of it."""

from __future__ import annotations

import threading
from collections import Counter

from synterm.core.completion import Outcome
from synterm.executors.lines import Line
from tests.conftest import MakeProject
from tests.support.crew_runs import made, many, number_of, parity, said
from tests.support.http_stub import Messages, Reply, Stub
from tests.support.near_engine import NearEngine, NearWorker


async def test_workers_give_what_this_process_gives(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    path = make_project(many(stub, 60))
    copy = path.with_name("copy.db")
    copy.write_bytes(path.read_bytes())
    here = await made(path, None)
    engine = NearEngine(3)
    there = await made(copy, engine)
    assert said(there) == said(here)
    assert len(there) == 60
    assert len(stub.calls) == 120
    assert all(any(line["op"] == "complete" for line in worker.seen) for worker in engine.workers)
    assert engine.closed


async def test_a_worker_that_ends_is_replaced_and_nothing_is_recorded_twice(
    make_project: MakeProject, stub: Stub
) -> None:
    path = make_project(many(stub, 120))
    engine, told = NearEngine(2), list[str]()

    def reply(messages: Messages) -> Reply:
        if number_of(messages) == 30:
            engine.workers[0].dead = True
        return parity(messages)

    stub.reply(reply)
    there = await made(path, engine, told)
    assert len({one.task.case.id for one in there}) == len(there) == 120
    assert all(one.passed is not None for one in there)
    assert any("ended: it was killed" in line and "made again" in line for line in told)
    assert len(engine.workers) == 3


async def test_a_poison_call_fails_alone(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    path = make_project(many(stub, 60))

    def poison(line: Line) -> bool:
        return line["op"] == "complete" and line["request"]["messages"][-1][1] == "case 7"

    there = await made(path, NearEngine(2, poison))
    [lost] = [one for one in there if one.passed is None]
    assert lost.task.case.input == {"message": "case 7"}
    assert lost.completion.outcome is Outcome.LOST
    assert "its worker ended each time" in (lost.completion.error or "")
    assert len(there) == 60


async def test_lost_calls_that_take_long_do_not_hold_up_the_others(make_project: MakeProject, stub: Stub) -> None:
    engine, release = NearEngine(2), threading.Event()
    asked, answered = Counter[int](), set[int]()

    def reply(messages: Messages) -> Reply:
        number = number_of(messages)
        asked[number] += 1
        if number != 5:
            answered.add(number)
            if len(answered) > 80:
                release.set()
            return parity(messages)
        if asked[5] == 1:
            holder = next(worker for worker in engine.workers if given(worker, 5))
            holder.dead = True
        return Reply("odd", hold=None if asked[5] == 1 else release)

    stub.reply(reply)
    there = await made(make_project(many(stub, 100)), engine, concurrency=4)
    assert asked[5] == 2
    assert len(there) == 100
    assert all(one.passed is not None for one in there)


def given(worker: NearWorker, number: int) -> bool:
    """Whether a worker was given a case."""
    wanted = f"case {number}"
    return any(line["op"] == "complete" and line["request"]["messages"][-1][1] == wanted for line in worker.seen)
