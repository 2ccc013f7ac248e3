"""The workbench on a project file that can only be looked at."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from synterm.storage import connect
from synterm.storage.project import Project
from tests.tui.conftest import Bench, MakeProject, OpenBench

Shut = Callable[[Path], None]


@pytest.fixture
def shut(monkeypatch: pytest.MonkeyPatch) -> Shut:
    """Makes a file one that may not be written, also for the superuser, as far as synterm asks."""

    def make(place: Path) -> None:
        def may_write(asked: Path) -> bool:
            return asked != place.resolve() and os.access(asked, os.W_OK)

        monkeypatch.setattr(connect, "may_write", may_write)

    return make


def told(bench: Bench) -> list[str]:
    """What the toasts say."""
    return [str(one.message) for one in bench.app._notifications]  # pyright: ignore[reportPrivateUsage]


async def test_what_was_answered_is_shown_and_nothing_is_asked(
    make_project: MakeProject, open_bench: OpenBench, shut: Shut
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        known = bench.responses()
    shut(path)
    before = path.read_bytes()
    async with open_bench(path) as bench:
        assert bench.verdicts() == [True, True, True, True, False]
        assert "read-only: nothing is asked, nothing typed is saved" in bench.text()
        await bench.type("always clarify ")
        await bench.settle()
        assert bench.verdicts() == [None] * 5
        assert bench.responses() == known
        assert told(bench) == [], "it is said once, in the status line"
    assert path.read_bytes() == before
    with Project.open(path) as project:
        assert project.prompts.get("router").draft.messages[0].content == "Route the message."


async def test_no_key_that_writes_ends_the_workbench(
    make_project: MakeProject, open_bench: OpenBench, shut: Shut
) -> None:
    path = make_project()
    shut(path)
    async with open_bench(path, size=(160, 45)) as bench:
        await bench.type("x")
        await bench.pilot.press("ctrl+s")
        await bench.until(lambda: told(bench))
        assert "the file or its folder is read-only" in told(bench)[0]
        bench.screen.grid.focus()
        for key in ("r", "R", "enter", "escape", "m"):
            await bench.pilot.press(key)
            await bench.settle()
        assert any("so nothing is asked" in text for text in told(bench))
        await bench.screen.restore(1)
        await bench.settle()
        assert (bench.app.failure, bench.responses()) == (None, 0)
