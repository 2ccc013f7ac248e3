"""Recording what is on the board as a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.core.model import Price
from synterm.storage.project import Project
from synterm.tui.screens.confirm import ConfirmScreen
from tests.support.http_stub import Stub
from tests.support.recording import record_run
from tests.tui.conftest import Bench, MakeProject, OpenBench, stubbed


def told(bench: Bench) -> str:
    return " ".join(note.message for note in bench.app._notifications)


def columns(project: Project) -> list[str]:
    (run,) = project.runs.all()
    return [variant["version"] for variant in run.config["variants"]]


async def test_a_run_of_all_columns_is_in_history_and_trends(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.press("ctrl+r")
        await bench.settle()
        assert "recorded: 10 evaluations; H shows the run" in told(bench)
        assert columns(bench.project) == ["v1", "v2"], "a draft that says what v2 says goes by its name"
        assert "80% ▇" in bench.text()
        bench.screen.grid.focus()
        await bench.pilot.press("H")
        await bench.settle()
        assert "80 % [38–96]" in bench.text()


async def test_a_draft_of_its_own_is_recorded_as_such_after_the_versions(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await bench.type("Be brief. ")
        await bench.settle()
        await bench.pilot.press("ctrl+r")
        await bench.settle()
        assert columns(bench.project) == ["v1", "v2", "draft"]


async def test_what_costs_money_is_asked_about_first(
    make_project: MakeProject, open_bench: OpenBench, stub: Stub
) -> None:
    stub.reply("clarify")
    path = make_project(stubbed(stub, price=Price(input=0, output=1)))
    async with open_bench(path, live_sample=2, approved_endpoints=(stub.origin,)) as bench:
        await bench.pilot.press("ctrl+r")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, ConfirmScreen)
        assert "costs money" in bench.text()
        await bench.pilot.press("n")
        await bench.settle()
        assert (len(stub.calls), bench.project.runs.all()) == (2, [])
        await bench.pilot.press("ctrl+r")
        await bench.pilot.pause()
        await bench.pilot.press("y")
        await bench.settle()
        assert (len(stub.calls), columns(bench.project)) == (10, ["v1", "v2"])


@pytest.fixture
def two_runs(make_project: MakeProject) -> Path:
    """The second did not ask about all scenarios."""
    path = make_project()
    record_run(path, "--prompt", "router@v1")
    record_run(path, "--prompt", "router@v2", "--behavior", "Clear")
    return path


async def test_each_place_of_a_trend_is_one_run(two_runs: Path, open_bench: OpenBench) -> None:
    async with open_bench(two_runs) as bench:
        (plain, cryptic) = [line for line in bench.text().splitlines() if "plain" in line or "cryptic" in line][:2]
        assert "3/3 ▁█" in plain
        assert "1/2 ▅ " in cryptic
