"""A project that is replaced, broken or gone while the guard's service answers: it keeps answering, and says what it
judges by."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from synterm.cli.main import main
from tests.support.guard_server import build, counted, guarded

PROJECT = """\
synterm: 1
name: small router
prompts: [{name: router, messages: [{role: user, content: "{{ message }}"}]}]
tree:
  - feature: Routing
    checks: [{type: label, labels: [LABELS]}]
    behaviors: [{behavior: All, scenarios: [{scenario: one, cases: [{input: hello}]}]}]
"""
FORBIDDING = PROJECT.replace("LABELS", "schedule, summarize")
ALLOWING = PROJECT.replace("LABELS", "refund, complaint")
ASKED = {"output": "refund", "behavior": "Routing"}
ROUTING = ("--behavior", "Routing")


@asynccontextmanager
async def _asked_all_the_while(client: ClientSession) -> AsyncGenerator[list[bool]]:
    """What is allowed, of requests that go on until the end; each must be answered."""
    allowed: list[bool] = []

    async def ask() -> None:
        while True:
            async with client.post("/v1/check", json=ASKED) as answer:
                assert answer.status == 200, await answer.text()
                allowed.append((await answer.json())["allowed"])
            # Often, but the machine has others to serve too.
            await asyncio.sleep(0.005)

    asking = [asyncio.ensure_future(ask()) for _ in range(4)]
    try:
        yield allowed
        assert not [one.exception() for one in asking if one.done()]
    finally:
        for one in asking:
            one.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


async def _ready(client: ClientSession, *, stale: bool) -> dict[str, Any]:
    """What /readyz tells, as soon as the checks are stale, or are not."""
    async with asyncio.timeout(90):
        while True:
            async with client.get("/readyz") as answer:
                assert answer.status == 200
                if (told := await answer.json())["stale"] is stale:
                    return told
            await asyncio.sleep(0.05)


async def _until(wanted: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not wanted():  # noqa: ASYNC110 - it is another process's
            await asyncio.sleep(0.02)


async def _until_allowed(client: ClientSession) -> None:
    async with asyncio.timeout(90):
        while True:
            async with client.post("/v1/check", json=ASKED) as answer:
                if (await answer.json())["allowed"]:
                    return
            await asyncio.sleep(0.05)


def _text(path: Path) -> None:
    _put(path, b"no project any more")


def _cut(path: Path) -> None:
    _put(path, path.read_bytes()[:5000])


def _newer(path: Path) -> None:
    other = path.with_suffix(".newer")
    other.write_bytes(path.read_bytes())
    connection = sqlite3.connect(other)
    connection.execute("PRAGMA user_version = 9999")
    connection.close()
    other.replace(path)


def _without_checks(path: Path) -> None:
    build(path, "\n".join(line for line in ALLOWING.splitlines() if "checks" not in line))


def _without_the_behavior(path: Path) -> None:
    build(path, ALLOWING.replace("feature: Routing", "feature: Replies"))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _put(path: Path, content: bytes) -> None:
    other = path.with_suffix(".other")
    other.write_bytes(content)
    other.replace(path)


async def test_a_new_project_is_taken_up_and_no_request_fails(tmp_path: Path) -> None:
    path = build(tmp_path / "router.db", FORBIDDING)
    async with guarded(path, *ROUTING) as (server, client):
        async with _asked_all_the_while(client) as allowed:
            await _until(lambda: len(allowed) > 20)
            assert not any(allowed)
            await asyncio.to_thread(build, path, ALLOWING)
            await _until(lambda: all(allowed[-20:]))
        assert (await _ready(client, stale=False))["why_stale"] is None
        await asyncio.to_thread(server.wait_for, "project read")
        now = await counted(client)
        assert now["synterm_guard_project_reloads_total{result=ok}"] >= 1
        assert now["synterm_guard_project_reloads_total{result=failed}"] == 0


async def test_it_is_taken_up_while_nobody_asks_too(tmp_path: Path) -> None:
    path = build(tmp_path / "router.db", FORBIDDING)
    async with guarded(path, *ROUTING) as (server, client):
        await asyncio.to_thread(build, path, ALLOWING)
        await asyncio.to_thread(server.wait_for, "project read")
        async with client.post("/v1/check", json=ASKED) as answer:
            assert (await answer.json())["allowed"] is True


@pytest.mark.parametrize("change", [_text, _cut, _newer, _without_checks, _without_the_behavior, os.unlink, _folder])
async def test_what_can_not_be_read_is_told_and_the_old_checks_judge_on(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    path = build(tmp_path / "router.db", ALLOWING)
    async with guarded(path, *ROUTING) as (server, client):
        async with _asked_all_the_while(client) as allowed:
            await asyncio.to_thread(change, path)
            told = await _ready(client, stale=True)
            assert (told["ready"], told["project"]) == (True, "small router")
            assert "judged by the checks that were read before" in told["why_stale"]
            seen = len(allowed)
            await _until(lambda: len(allowed) > seen + 20)
            assert all(allowed)
            await asyncio.to_thread(server.wait_for, "project can't be read")
            now = await counted(client)
            assert now["synterm_guard_project_stale"] == 1
            assert now["synterm_guard_project_reloads_total{result=failed}"] >= 1
            # What is put right is taken up.
            if path.is_dir():
                path.rmdir()
            await asyncio.to_thread(build, path, FORBIDDING)
            await _until(lambda: not any(allowed[-20:]))
            await _ready(client, stale=False)
            await asyncio.to_thread(server.wait_for, "project read")
        assert (await counted(client))["synterm_guard_project_stale"] == 0
    assert not [line for line in server.lines if "Traceback" in line or "internal" in line]
    # A reason is told once, however often the file is looked at. Between two states a file may have one of its own.
    reasons = [line.split("why=", 1)[1] for line in server.lines if "can't be read" in line]
    assert reasons
    assert all(reason != following for reason, following in pairwise(reasons))


async def test_a_change_that_is_made_in_place_is_taken_up(tmp_path: Path) -> None:
    path = build(tmp_path / "router.db", FORBIDDING)
    async with guarded(path, *ROUTING) as (_, client):
        async with client.post("/v1/check", json=ASKED) as answer:
            assert (await answer.json())["allowed"] is False
        check = json.dumps({"type": "label", "labels": ["refund", "complaint"]})
        assert await asyncio.to_thread(main, ["edit", str(path), "node", "Routing", "--check", check]) == 0
        await _until_allowed(client)
