"""The workbench says where answers went that the project file did not take."""

from __future__ import annotations

import pytest

from synterm.storage import connect
from synterm.storage.project import Project
from synterm.storage.spill import spilled
from tests.evaluate.stage import locked
from tests.tui.conftest import INPUTS, MakeProject, OpenBench, make_project, open_bench


async def test_answers_that_a_locked_file_does_not_take_wait_and_that_is_said(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "BUSY_SECONDS", 0.05)
    path = make_project()
    async with open_bench(path, size=(140, 40)) as bench:
        await bench.settle()
        with locked(bench.project):
            await bench.pilot.press("ctrl+end", "x")
            while not spilled():
                await bench.pilot.pause(0.05)
            await bench.settle()
        [one] = spilled()
        assert bench.screen.status.status.state == "blocked"
        [told] = [found.message for found in bench.app._notifications if "had come in" in found.message]
        assert "another program keeps the file locked" in told and str(one.file) in told
        before = bench.responses()
    with Project.open(path) as project:
        assert "are in it now" in project.responses.spill.take_in()[0]
        assert project.responses.count() == before + one.count
    assert 0 < one.count <= len(INPUTS)


__all__ = ["make_project", "open_bench"]
