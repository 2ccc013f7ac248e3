"""What a worker does with its calls: they end with who asked for them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from synterm.core.model import ModelSpec
from synterm.core.prompt import Message
from synterm.core.request import Request
from synterm.executors.crew import Crew
from synterm.executors.lines import packed, request_line, unpacked
from synterm.executors.provider import ElsewhereProvider
from synterm.executors.seats import Patience
from synterm.executors.worker import Work, setup_line
from synterm.providers.scripted import ScriptedProvider
from tests.conftest import MakeProject
from tests.support.app_stub import App, app
from tests.support.crew_runs import made, many, reached
from tests.support.http_stub import Reply, Stub
from tests.support.near_engine import NearEngine, NearWorker

TALK = """\
synterm: 1
name: support
models:
  - name: app
    model: http/support
    api_base: "{url}"
    params:
      start: {{path: sessions, session: $.session.id}}
      turn: {{path: "sessions/{{{{ session }}}}/turns", body: {{text: "{{{{ message }}}}"}}}}
      end: {{path: "sessions/{{{{ session }}}}"}}
      answer: $.reply.text
prompts:
  - name: ask
    messages: [{{role: user, content: "{{{{ message }}}}"}}]
tree:
  - feature: Support
    behaviors:
      - behavior: Refunds
        scenarios:
          - scenario: talks
            checks: [{{type: turns-to-decision, check: {{type: contains, value: "3: "}}}}]
            cases:
{cases}
"""


@pytest_asyncio.fixture
async def work() -> AsyncIterator[Work]:
    """A worker that gives up when nobody asks it for so short a time."""
    made = Work(setup_line(), alone_s=0.2)
    yield made
    await made.close()


def asked(stub: Stub, text: str = "hello") -> Request:
    """A request to the stub."""
    model = ModelSpec(name="stub", model="openai/stub", api_base=stub.url)
    return Request(model, (Message(role="user", content=text),))


async def until(reached: threading.Event) -> None:
    """Until what happens at the stub has happened."""
    assert await asyncio.to_thread(reached.wait, 30)


async def arrived(stub: Stub) -> None:
    """Until one more call is there."""
    assert await asyncio.to_thread(stub.arrived.acquire, timeout=30)


async def next_lines(work: Work) -> list[dict[str, Any]]:
    """What it says next."""
    async with asyncio.timeout(30):
        while not (content := await work.take()):
            pass
    return unpacked(content)


async def test_a_worker_says_that_it_is_there(work: Work) -> None:
    assert await next_lines(work) == [{"id": 0, "done": {}}]


async def test_what_it_does_not_know_fails_and_nothing_else(work: Work, stub: Stub) -> None:
    stub.reply("yes")
    await next_lines(work)
    line = {"id": 2, "op": "complete", "request": request_line(asked(stub))}
    await work.put(packed([{"id": 1, "op": "dance"}, line]))
    lines = await next_lines(work)
    assert lines[0] == {"id": 1, "failed": "'dance' is nothing that a worker does"}
    [done] = lines[1:] or await next_lines(work)
    assert (done["id"], done["done"]["text"]) == (2, "yes")


async def test_calls_end_when_nobody_asks_for_results_any_more(work: Work, stub: Stub) -> None:
    stub.reply(Reply(hold=threading.Event()))
    await next_lines(work)
    await work.put(packed([{"id": 1, "op": "complete", "request": request_line(asked(stub))}]))
    await arrived(stub)
    await until(stub.calls[0].disconnected)
    [line] = await next_lines(work)
    assert line == {"over": "it was not asked for results for 0.2 s, so it stopped"}


class Slack(NearWorker):
    """A worker of a run that stands still for a while."""

    def __init__(self, setup: bytes, poison: Any) -> None:
        super().__init__(setup, poison)
        self.work = Work(setup, alone_s=0.2)
        self.asked = asyncio.Event()

    async def take(self) -> bytes:
        if any(line["op"] == "complete" for line in self.seen):
            await self.asked.wait()
        return await super().take()


async def test_a_run_that_stood_still_hears_that_its_calls_are_gone(stub: Stub) -> None:
    stub.reply(Reply(hold=threading.Event()))
    told = list[str]()
    engine = NearEngine(1, make=Slack)
    async with Crew(engine, told.append, patience=Patience(silent_s=60)) as crew:
        provider = ElsewhereProvider(ScriptedProvider(), crew)
        call = asyncio.create_task(provider.complete(asked(stub)))
        await arrived(stub)
        await until(stub.calls[0].disconnected)
        worker = engine.workers[0]
        assert isinstance(worker, Slack)
        worker.asked.set()
        async with asyncio.timeout(30):
            completion = await call
    assert completion.outcome == "lost"
    assert completion.retry_after_s == 0
    assert any("so it stopped; 1 call that it had" in line for line in told)


async def test_a_call_that_is_cancelled_ends_at_the_provider(stub: Stub) -> None:
    stub.reply(Reply(hold=threading.Event()))
    async with Crew(NearEngine(1)) as crew:
        provider = ElsewhereProvider(ScriptedProvider(), crew)
        call = asyncio.create_task(provider.complete(asked(stub)))
        await arrived(stub)
        call.cancel()
        await until(stub.calls[0].disconnected)
        stub.reply("fine")
        assert (await provider.complete(asked(stub, "more"))).text == "fine"


async def test_a_run_that_is_cancelled_ends_its_calls_at_the_provider(make_project: MakeProject, stub: Stub) -> None:
    stub.reply(Reply(hold=threading.Event()))
    running = asyncio.create_task(made(make_project(many(stub, 20)), NearEngine(2), concurrency=4))
    for _ in range(4):
        await arrived(stub)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    for call in stub.calls:
        await until(call.disconnected)


async def test_a_worker_that_comes_later_gets_ready_before_its_first_call(stub: Stub) -> None:
    stub.reply("yes")
    engine = NearEngine(1)
    async with Crew(engine, patience=Patience(look_s=0.02)) as crew:
        provider = ElsewhereProvider(ScriptedProvider(), crew)
        await provider.complete(asked(stub))
        width = provider.width
        engine.names.append("place 2")
        async with asyncio.timeout(30):
            await reached(lambda: len(crew.names) == 2)
            assert provider.width == 2 * width
            while not any(line["op"] == "complete" for line in engine.workers[1].seen):
                await asyncio.gather(*(provider.complete(asked(stub, f"{number}")) for number in range(4)))
    assert [line["op"] for line in engine.workers[1].seen][:2] == ["warm", "complete"]
    assert json.loads(engine.workers[1].seen[0]["model"])["name"] == "stub"


async def test_turns_of_a_conversation_are_made_by_the_worker_that_began_it(
    make_project: MakeProject, app: App
) -> None:
    cases = "\n".join(
        f'              - {{input: {{dialog: {{turns: [hello {n}, "order 4471", "yes please"]}}}}}}' for n in range(12)
    )
    engine = NearEngine(3)
    there = await made(make_project(TALK.format(url=app.url, cases=cases)), engine)
    assert len(there) == 12
    assert all(one.passed for one in there)
    assert app.begun == 12, "a conversation that is begun again would be one more"
    assert all(any(line["op"] == "complete" for line in worker.seen) for worker in engine.workers)
    for worker in engine.workers:
        requests = [line["request"] for line in worker.seen if line["op"] == "complete"]
        openings = [request["messages"][0][1] for request in requests]
        assert all(openings.count(opening) == 3 for opening in openings)


async def test_a_crew_that_is_closed_leaves_nobody_waiting(stub: Stub) -> None:
    stub.reply(Reply(hold=threading.Event()))
    async with Crew(NearEngine(1)) as crew:
        provider = ElsewhereProvider(ScriptedProvider(), crew)
        call = asyncio.create_task(provider.complete(asked(stub)))
        await arrived(stub)
    async with asyncio.timeout(30):
        assert "the run is over" in ((await call).error or "")


__all__ = ["app"]
