"""What live mode says that it does, and does."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from synterm.core.model import ModelSpec, Price
from synterm.evaluate import breaker, retries
from synterm.providers.availability import Availability, State
from synterm.tui.screens.fetch import FetchScreen
from synterm.tui.screens.workbench import case_finding, evaluating
from synterm.tui.widgets.grid.grid import ResultGrid
from tests.support.http_stub import Reply, Stub
from tests.tui.conftest import MakeProject, OpenBench, stub, stubbed

__all__ = ["stub"]


class TakesNoOne:
    """A port that refuses connections, until it leads to a server."""

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    @asynccontextmanager
    async def leading_to(self, stub: Stub) -> AsyncGenerator[None]:
        host, port = stub.origin.removeprefix("http://").split(":")

        async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            there, back = await asyncio.open_connection(host, int(port))
            await asyncio.gather(_copy(reader, back), _copy(there, writer))

        async with await asyncio.start_server(pass_on, sock=self._socket):
            yield


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
    except ConnectionError:
        pass
    finally:
        writer.close()


async def test_paused_nothing_is_asked_until_it_goes_on(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.query_one(ResultGrid).focus()
        await bench.pilot.press("p")
        assert bench.screen.status.status.state == "paused"
        assert "‖ paused" in bench.text()
        before = bench.responses()
        bench.screen.prompt.focus_editor()
        await bench.type("x")
        await bench.settle()
        assert (bench.responses(), bench.draft.counts.fresh) == (before, 0)
        bench.screen.query_one(ResultGrid).focus()
        await bench.pilot.press("r")
        await bench.settle()
        assert bench.draft.counts.fresh == 5
        assert bench.screen.status.status.state == "paused", "r evaluates once"
        await bench.pilot.press("p")
        await bench.settle()
        assert bench.screen.status.status.state == "idle"


async def test_an_endpoint_that_is_down_is_told_of_and_tried_again(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluating, "_OFFLINE_S", 0.05)
    monkeypatch.setattr(retries, "_FIRST_S", 0.01)
    monkeypatch.setattr(breaker, "_COOL_S", 0.01)
    gate = TakesNoOne()
    async with open_bench(make_project(stubbed(stub).model_copy(update={"api_base": gate.url}))) as bench:
        assert bench.screen.status.status.state == "offline"
        assert "⨯ offline" in bench.text()
        assert bench.draft.counts.errors == 5
        stub.reply("schedule")
        async with gate.leading_to(stub):
            await bench.until(lambda: bench.draft.counts.judged >= 5)
            await bench.settle()
        assert bench.screen.status.status.state == "idle"


async def test_an_endpoint_that_nobody_approved_is_not_asked(make_project: MakeProject, open_bench: OpenBench) -> None:
    model = ModelSpec(name="far", model="openai/x", api_base="https://far.example/v1", api_key_env="FAR_KEY")
    async with open_bench(make_project(model)) as bench:
        assert bench.screen.status.status.state == "restricted"
        assert "⊘ restricted" in bench.text()
        assert bench.responses() == 0


async def test_a_priced_model_answers_a_sample_of_each_scenario(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    inputs = [(f"meet {number}", "schedule", "terse") for number in range(20)]
    model = stubbed(stub, Price(input=0.001, output=0.001))
    async with open_bench(make_project(model, inputs), live_sample=4) as bench:
        status = bench.screen.status.status
        assert (status.total, status.cases) == (4, 20)
        assert "sample of 20" in bench.text()
        fresh = [case for case in bench.screen.session.rows if not bench.draft.is_due(case.id, errors=False)]
        per_scenario = {case.scenario_id for case in fresh}
        assert (len(fresh), len(per_scenario)) == (4, 2), "the first three cases are one scenario, the rest another"


async def test_weights_are_offered_once_however_much_is_typed(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    states: list[State] = ["fetch"]

    def usable(*_: object) -> Availability:
        return Availability(states[-1], "its weights are not here")

    monkeypatch.setattr(evaluating, "usable", usable)
    async with open_bench(make_project()) as bench:
        bench.screen.restart()
        bench.screen.restart()
        await bench.settle()
        assert [type(screen) for screen in bench.app.screen_stack[2:]] == [FetchScreen]
        await bench.pilot.press("escape")
        bench.screen.prompt.focus_editor()
        await bench.type("x")
        await bench.settle()
        assert bench.app.screen is bench.screen
        assert "is not fetched; r asks again" in bench.text()
        bench.screen.grid.focus()
        await bench.pilot.press("r")
        await bench.settle()
        fetch = bench.app.screen
        assert isinstance(fetch, FetchScreen)
        states.append("ready")
        fetch.dismiss(True)
        await bench.settle()
        assert bench.draft.counts.fresh == 5


async def test_nothing_lands_while_changed_cases_are_looked_for(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.reply("clarify")
    async with open_bench(make_project(stubbed(stub)), approved_endpoints=(stub.origin,)) as bench:
        found, look = threading.Event(), case_finding.beside

        def slowly(*asked: Any) -> Any:
            assert found.wait(120)
            return look(*asked)

        monkeypatch.setattr(case_finding, "_BIG", 2)
        monkeypatch.setattr(case_finding, "beside", slowly)
        stub.reply(Reply("clarify", delay_s=600))
        calls = len(stub.calls)
        bench.screen.prompt.focus_editor()
        await bench.type("x")
        await bench.until(lambda: len(stub.calls) != calls)
        assert bench.draft.running
        bench.screen.reread(None)
        await bench.pilot.pause()
        assert not bench.draft.running
        stub.reply("schedule")
        found.set()
        await bench.settle()
        assert bench.verdicts() == [True, True, False, False, False]
