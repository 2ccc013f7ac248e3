"""Several processes that answer on one port: counted together, started again when one ends, ended together."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession

from tests.support.guard_server import GuardServer, counted, guarded

TWO = ("--behavior", "Routing", "--workers", "2")
GOOD = {"output": "clarify"}


def _below(server: GuardServer) -> set[int]:
    """The processes that the service started."""
    task = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    if not task.exists():
        pytest.skip("only Linux tells of them")
    return {int(pid) for pid in task.read_text().split()}


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


async def _until(wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not wanted():  # noqa: ASYNC110 - nothing tells of other processes
            await asyncio.sleep(0.02)


async def _ask(server: GuardServer, times: int) -> None:
    """Over connections of their own, so that all processes get some."""
    for _ in range(times):
        async with ClientSession(server.url) as client, client.post("/v1/check", json=GOOD) as answer:
            assert (await answer.json())["allowed"]


async def test_what_they_count_is_told_by_each_for_all(router: Path) -> None:
    async with guarded(router, *TWO) as (server, _):
        await _ask(server, 40)
        for _ in range(8):
            async with ClientSession(server.url) as client:
                now = await counted(client)
                assert now["synterm_guard_verdicts_total{allowed=yes,behavior=Routing,result=pass}"] == 40
                assert now["synterm_guard_verdict_seconds_count"] == 40
                assert now["synterm_guard_in_flight"] == 0
                assert now["synterm_guard_project_stale"] == 0
                assert [value for name, value in now.items() if "build_info" in name] == [1]


async def test_one_that_ends_is_started_again_and_what_it_counted_stays(router: Path) -> None:
    async with guarded(router, *TWO) as (server, _):
        await _ask(server, 20)
        before = _below(server)
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        await asyncio.to_thread(server.wait_for, "started again")
        await _until(lambda: len(_below(server) - {victim}) == 2)
        assert len(_below(server) - before) == 1
        await _ask(server, 20)
        async with ClientSession(server.url) as client:
            counts = await counted(client)
        assert counts["synterm_guard_verdicts_total{allowed=yes,behavior=Routing,result=pass}"] == 40


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
async def test_they_end_together(router: Path, number: int, code: int) -> None:
    async with guarded(router, *TWO) as (server, _):
        below = _below(server)
        assert len(below) == 2
        assert await asyncio.to_thread(server.stop, number) == code
        assert all(map(_is_gone, below))


async def test_ctrl_c_on_a_terminal_reaches_all_of_them_and_ends_them_in_order(router: Path) -> None:
    async with guarded(router, *TWO) as (server, _):
        below = _below(server)
        for pid in (*below, server.process.pid):
            os.kill(pid, signal.SIGINT)
        assert await asyncio.to_thread(server.process.wait, 20) == 130
        assert all(map(_is_gone, below))


async def test_none_outlives_the_first_process(router: Path) -> None:
    async with guarded(router, *TWO) as (server, _):
        below = _below(server)
        server.process.kill()
        await _until(lambda: all(map(_is_gone, below)))
