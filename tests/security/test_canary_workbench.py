"""Keys planted in the environment, and the workbench: neither the screen, nor a picture of it, nor any file has one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synterm import paths
from synterm.core.model import Price
from synterm.hidden import learn
from tests.support.bound import bind
from tests.support.http_stub import Reply, Stub, stub
from tests.tui.conftest import MakeProject, OpenBench, make_project, open_bench, stubbed

__all__ = ["make_project", "open_bench", "stub"]

CANARY = "c4n4ry-0123456789"


async def test_no_key_is_on_the_screen_in_pictures_and_in_files(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    for name in ("LLM_KEY", "OPENAI_API_KEY"):
        monkeypatch.setenv(name, f"{CANARY}{name}")
    learn(os.environ)
    bind("LLM_KEY")
    said = f"schedule {CANARY}LLM_KEY {CANARY}OPENAI_API_KEY"
    stub.reply(
        lambda messages: (
            Reply(said) if "meet" in messages[-1]["content"] else Reply(status=401, error={"message": said})
        )
    )
    model = stubbed(stub, Price(input=0, output=0)).model_copy(update={"api_key_env": "LLM_KEY"})
    async with open_bench(make_project(model), size=(200, 50)) as bench:
        bench.app.notify(f"refused {CANARY}LLM_KEY", title=CANARY + "LLM_KEY", timeout=60, markup=False)
        await bench.settle()
        shown = bench.text()
        assert "refused [key]" in shown
        for key in ("i", "escape", "comma", "escape"):
            await bench.pilot.press(key)
            await bench.settle()
            shown += bench.text()
        picture = bench.app.export_screenshot()
        assert {call.key for call in stub.calls} == {f"{CANARY}LLM_KEY"}
        assert bench.responses() > 0
    assert "c4n4ry" not in shown + picture
    places = (tmp_path, paths.log_dir(), paths.state_dir(), paths.config_dir())
    files = [file for place in places for file in place.rglob("*") if file.is_file()]
    assert [file for file in files if b"c4n4ry" in file.read_bytes()] == []
