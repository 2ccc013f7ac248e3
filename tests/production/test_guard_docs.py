"""What the page on the guard shows in Python does what it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.conftest import MakeProject
from tests.support.docs_script import DOCS
from tests.support.guarded import DESK

_PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)


@pytest.fixture
def blocks(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The page's Python, and the project that it speaks of in the working directory."""
    monkeypatch.chdir(make_project(DESK, "my.db").parent)
    return _PYTHON.findall((DOCS / "guard.md").read_text(encoding="utf-8"))


def test_the_first_lines_judge_an_answer(blocks: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    said: dict[str, Any] = {"__name__": "page"}
    exec(compile(blocks[0], "guard.md", "exec"), said)
    assert said["verdict"].allowed
    assert capsys.readouterr().out == ""
    exec(blocks[0].replace("ticket #4471", "order"), said)
    assert capsys.readouterr().out.startswith("does not match")


async def test_the_app_holds_answers_back_and_logs_them(blocks: list[str]) -> None:
    app: dict[str, Any] = {"__name__": "page"}
    exec(compile(blocks[1], "guard.md", "exec"), app)

    async def ask_the_model(message: str) -> str:
        return {"where is my ticket?": "Ticket #4471 is open."}.get(message, "As an AI I can't say.")

    app["ask_the_model"] = ask_the_model
    runner = web.AppRunner(app["app"])
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
            given = [await _asked(session, message) for message in ("where is my ticket?", "who are you?")]
    finally:
        await runner.cleanup()
    assert [answer["answer"] for answer in given] == ["Ticket #4471 is open.", app["SORRY"]]
    logged = [json.loads(line) for line in Path("verdicts.jsonl").read_text().splitlines()]
    assert [(line["id"], line["allowed"]) for line in logged] == [
        (given[0]["verdict"], True),
        (given[1]["verdict"], False),
    ]


async def _asked(session: aiohttp.ClientSession, message: str) -> dict[str, Any]:
    async with session.post("/reply", json={"message": message}) as answer:
        return await answer.json()
