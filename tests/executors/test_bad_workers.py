"""Workers that are silent, talk nonsense, do not come up or do not come back: calls never wait for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from synterm.core.completion import Outcome
from synterm.errors import ExecutorError
from synterm.evaluate.events import Event, Retrying
from synterm.executors.crew import Crew
from synterm.executors.engine import EngineChoice, WorkerLostError
from synterm.executors.lines import Line, packed
from synterm.executors.seats import Patience
from tests.cli.conftest import Synterm
from tests.conftest import MakeProject
from tests.support.crew_runs import made, many, number_of, parity, said, whole
from tests.support.http_stub import Messages, Reply, Stub
from tests.support.near_engine import NearEngine, NearWorker

Poison = Callable[[Line], bool]
SOON = Patience(silent_s=3.0, look_s=0.02, none_s=0.2)
NEVER = asyncio.Event
"""What nobody sets."""


class Silent(NearWorker):
    """The first of them says nothing once it has work."""

    made = 0

    def __init__(self, setup: bytes, poison: Poison) -> None:
        super().__init__(setup, poison)
        Silent.made += 1
        self.silent = Silent.made == 1

    async def take(self) -> bytes:
        if self.silent and any(line["op"] == "complete" for line in self.seen):
            await NEVER().wait()
        return await super().take()


async def test_a_silent_worker_is_taken_for_lost(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    told = list[str]()
    Silent.made = 0
    engine = NearEngine(2, make=Silent)
    there = await made(make_project(many(stub, 40)), engine, told, patience=SOON)
    assert len(there) == 40
    assert all(one.passed is not None for one in there)
    assert any("ended: it said nothing for 3 s" in line for line in told)
    assert engine.workers[0].closed


async def test_a_lost_try_takes_nothing_of_the_time_limit(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    Silent.made = 0
    path = make_project(many(stub, 20).replace("max_tokens: 5", "max_tokens: 5, timeout: 2"))
    lost = list[Retrying]()

    def watch(event: Event) -> None:
        if isinstance(event, Retrying):
            lost.append(event)

    there = await made(path, NearEngine(2, make=Silent), watch=watch, patience=SOON)
    assert lost
    assert {event.failure.error for event in lost} == {
        "the worker ended before it answered: it said nothing for 3 s"
    }, "it was silent for longer than a call may take"
    assert all(one.passed is not None for one in there)


class Deaf(NearWorker):
    """Takes no work; it lives all the same."""

    made = 0

    def __init__(self, setup: bytes, poison: Poison) -> None:
        super().__init__(setup, poison)
        Deaf.made += 1
        self.deaf = Deaf.made == 1

    async def put(self, lines: bytes) -> None:
        if self.deaf:
            await NEVER().wait()
        await super().put(lines)


async def test_a_worker_that_takes_no_work_is_taken_for_lost(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    Deaf.made = 0
    told = list[str]()
    there = await made(make_project(many(stub, 40)), NearEngine(2, make=Deaf), told, patience=SOON)
    assert len(there) == 40
    assert all(one.passed is not None for one in there)
    assert any("ended: it took no work for 3 s" in line for line in told)


def babbler(content: bytes) -> type[NearWorker]:
    """Workers of which the first says this with its first result."""

    class Babbler(NearWorker):
        said = False

        async def take(self) -> bytes:
            done = await super().take()
            if not Babbler.said and any(line["op"] == "complete" for line in self.seen) and done:
                Babbler.said = True
                return content + done
            return done

    return Babbler


@pytest.mark.parametrize(
    "content",
    [
        b"\x80\x04}",
        b"{\n",
        b"[]\n",
        b"{}\n",
        b'{"id": []}\n',
        b'{"id": 3}\n',
        b'{"id": 3, "done": 5}\n',
        b'{"id": 3, "done": [1]}\n',
        b"x" * 200_000_000,
    ],
    ids=lambda content: repr(content[:12]),
)
async def test_a_worker_that_talks_nonsense_is_replaced(make_project: MakeProject, stub: Stub, content: bytes) -> None:
    stub.reply(parity)
    told = list[str]()
    there = await made(make_project(many(stub, 30)), NearEngine(2, make=babbler(content)), told, patience=SOON)
    assert len(there) == 30
    assert all(one.passed is not None for one in there)
    assert any("it sent what is no message" in line for line in told)


async def test_a_result_for_a_call_that_nobody_made_is_left(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)
    told = list[str]()
    stray = packed([{"id": 1_000_000, "done": {}}, {"id": "x", "failed": "no"}])
    there = await made(make_project(many(stub, 30)), NearEngine(2, make=babbler(stray)), told)
    assert all(one.passed is not None for one in there)
    assert told == []


async def test_an_answer_that_is_none_is_malformed(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(parity)

    class Liar(NearWorker):
        async def take(self) -> bytes:
            return (await super().take()).replace(b'"text":"even"', b'"text":7')

    there = await made(make_project(many(stub, 4)), NearEngine(1, make=Liar))
    assert [one.completion.outcome for one in there].count(Outcome.MALFORMED) == 2
    assert {one.completion.error for one in there if one.passed is None} == {
        "the worker's answer can't be read: its text is a int"
    }


class Unstarted(NearEngine):
    """Nothing comes up at some places."""

    def __init__(self, workers: int, failing: int) -> None:
        super().__init__(workers)
        self.failing = self.names[:failing]
        self.starts: list[str] = []

    async def start(self, place: str, setup: bytes) -> NearWorker:
        self.starts.append(place)
        if place in self.failing:
            raise WorkerLostError("out of memory")
        return await super().start(place, setup)


async def test_three_starts_that_fail_are_enough() -> None:
    engine = Unstarted(2, failing=2)
    told = list[str]()
    with pytest.raises(ExecutorError, match="no worker of near takes work: out of memory"):
        async with Crew(engine, told.append, patience=SOON):
            pass
    assert sorted(engine.starts) == ["place 1"] * 3 + ["place 2"] * 3
    assert told.count("! no worker at place 1: out of memory") == 3
    assert engine.closed


async def test_one_place_that_has_no_worker_leaves_the_work_to_the_others(
    make_project: MakeProject, stub: Stub
) -> None:
    stub.reply(parity)
    engine = Unstarted(2, failing=1)
    there = await made(make_project(many(stub, 20)), engine, patience=SOON)
    assert all(one.passed is not None for one in there)
    assert len(engine.workers) == 1


class Stillborn(NearWorker):
    """Comes up, and is gone before it says a word."""

    async def take(self) -> bytes:
        raise WorkerLostError("killed by the machine")


async def test_a_worker_that_ends_before_its_first_word_did_not_come_up() -> None:
    engine = NearEngine(1, make=Stillborn)
    with pytest.raises(ExecutorError, match="no worker of near takes work: killed by the machine"):
        async with Crew(engine, patience=SOON):
            pass
    assert len(engine.workers) == 3


class Old(NearEngine):
    """Its workers have another synterm."""

    async def start(self, place: str, setup: bytes) -> NearWorker:
        return await super().start(place, packed([{"version": "0.0.1"}]))


async def test_another_synterm_at_the_workers_is_said_with_what_to_do() -> None:
    with pytest.raises(ExecutorError, match=r"the run is made by 0\.0\.1") as error:
        async with Crew(Old(2), patience=SOON):
            pass
    assert "pip install synterm==0.0.1" in str(error.value)


class Doomed(NearEngine):
    """At some time all of it is gone, and nothing comes up any more."""

    gone = False

    async def places(self) -> Sequence[str]:
        return [] if self.gone else self.names

    def end(self) -> None:
        """Now."""
        self.gone = True
        for worker in self.workers:
            worker.dead = True


async def test_a_run_whose_workers_are_all_gone_ends_and_goes_on_later(make_project: MakeProject, stub: Stub) -> None:
    path = make_project(many(stub, 200))
    engine = Doomed(2)

    def reply(messages: Messages) -> Reply:
        if number_of(messages) == 60:
            engine.end()
        return parity(messages)

    stub.reply(reply)
    there, result = await whole(path, engine, patience=SOON, concurrency=8)
    assert result.halted
    assert result.halted.reason == "no worker of near is left: there was none for 0.2 s"
    assert "give the same command again" in result.halted.hint
    judged = [one for one in there if one.passed is not None]
    assert 0 < len(judged) < 200
    assert all(one.completion.outcome is Outcome.LOST for one in there if one.passed is None)
    stub.reply(parity)
    asked = len(stub.calls)
    again = await made(path, NearEngine(2), patience=SOON)
    assert len(again) == 200
    assert all(one.passed is not None for one in again)
    assert len(stub.calls) - asked == 200 - len(judged)
    assert said([one for one in again if one.completion.cached]) == said(judged)


class Cut(NearEngine):
    """At some time the engine itself is gone."""

    gone = False

    async def places(self) -> Sequence[str]:
        if self.gone:
            raise ExecutorError("the scheduler does not answer")
        return self.names


async def test_a_run_whose_engine_is_gone_ends_with_the_reason(make_project: MakeProject, stub: Stub) -> None:
    engine = Cut(2)

    def reply(messages: Messages) -> Reply:
        if number_of(messages) == 60:
            engine.gone = True
            for worker in engine.workers:
                worker.dead = True
        return parity(messages)

    stub.reply(reply)
    there, result = await whole(make_project(many(stub, 200)), engine, patience=SOON, concurrency=8)
    assert result.halted
    assert result.halted.reason == "no worker of near is left: the scheduler does not answer"
    assert 0 < len(there) < 200


def test_the_command_ends_with_3_and_says_why(
    synterm: Synterm, make_project: MakeProject, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def engine_for(choice: EngineChoice) -> Unstarted:
        return Unstarted(choice.workers or 1, failing=1)

    monkeypatch.setattr("synterm.executors.engine.engine_for", engine_for)
    done = synterm("run", make_project(many(stub, 4)), "--executor", "dask", "--quiet")
    assert done.code == 3
    assert "no worker of near takes work: out of memory" in done.err
    assert not stub.calls
