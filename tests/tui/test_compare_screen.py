from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from synterm.storage.project import Project
from synterm.tui.screens import compare as compare_screen
from synterm.tui.screens.compare import CompareScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.widgets.plot.heat import HeatMap
from synterm.tui.widgets.plot.plots import Plot
from tests.support.recording import record_run
from tests.tui.conftest import RULES, Bench, MakeProject, OpenBench, scripted

BOTH = ("--prompt", "router@v1", "--prompt", "router@v2")


@pytest.fixture
def recorded(make_project: MakeProject) -> Path:
    """A project with one run of both versions, twice each case."""
    path = make_project()
    record_run(path, *BOTH, "--repeat", "2")
    return path


async def compare(bench: Bench) -> CompareScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("C")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, CompareScreen)
    return screen


async def test_the_leaderboard_ranks_variants_and_says_what_the_difference_is(
    recorded: Path, open_bench: OpenBench
) -> None:
    async with open_bench(recorded, size=(160, 45)) as bench:
        await compare(bench)
        lines = bench.text().splitlines()
        rows = [line for line in lines if "router@v" in line][:2]
        assert "router@v2 · script" in rows[0]
        assert "80 % [38–96]" in rows[0]
        assert "not enough evidence ▲3 ▼0" in rows[0]
        assert "100 %" in rows[0]
        assert "reference" in rows[1]
        assert "★" in rows[0]
        assert any("few verdicts" in line for line in lines)


async def test_another_reference_and_another_order_can_be_chosen(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded, size=(160, 45)) as bench:
        screen = await compare(bench)
        await bench.pilot.press("e")
        await bench.settle()
        assert "not enough evidence ▲0 ▼3" in bench.text()
        assert "quality↓" in bench.text()
        await bench.pilot.press("s")
        await bench.pilot.pause()
        assert "quality↓" not in bench.text()
        header = next(index for index, line in enumerate(bench.text().splitlines()) if "$/1000" in line)
        place = bench.text().splitlines()[header].index("quality")
        await bench.pilot.click(offset=(place, header))
        await bench.settle()
        assert "quality↓" in bench.text()
        assert screen.table.row_count == 2


async def test_labels_have_their_figures_and_a_cell_lists_its_cases(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded, size=(120, 40)) as bench:
        screen = await compare(bench)
        await bench.pilot.press("v", "t")
        await bench.settle()
        assert isinstance(bench.app.focused, HeatMap)
        text = bench.text()
        assert "router@v1 · script" in text
        assert "precision" in text
        assert "accuracy 0.20" in text
        # Version 1 takes both invitations, asked twice, for something to clarify.
        assert ["schedule", "·", "·", "4"] in [line.split() for line in text.splitlines()]
        await bench.pilot.press("right", "right", "enter")
        await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)
        assert "schedule taken for clarify · 4 under router@v1" in bench.text()
        assert bench.text().count("can we meet tmrw") == 2
        await bench.pilot.press("escape")
        assert bench.app.screen is screen


async def test_what_is_not_known_is_said(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded, size=(120, 40)) as bench:
        screen = await compare(bench)
        await bench.pilot.press("t", "t", "t")
        await bench.settle()
        assert "Scores" in bench.text()
        assert "mean 0.80 of 10" in bench.text()
        # The board of the workbench has no times.
        await bench.pilot.press("right_square_bracket")
        await bench.settle()
        assert screen.query_one("#latency", Plot).figure is None
        assert "known of recorded runs only" in bench.text()
        await bench.pilot.press("t", "t")
        await bench.settle()
        assert "the workbench as it is now" in bench.text()
        assert "router@draft · script" in bench.text()
        await bench.pilot.press("left_square_bracket")
        await bench.settle()
        assert "run of " in bench.text()


async def test_without_runs_it_shows_the_workbench(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        await compare(bench)
        assert "the workbench as it is now" in bench.text()
        assert "router@v1 · script" in bench.text()
        for key in ("e", "s", "v", "t", "t", "t", "t", "t", "enter"):
            await bench.pilot.press(key)
            await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)
        assert "1 of 5 passed" in bench.text() or "4 of 5 passed" in bench.text()


def verdicts(bench: Bench) -> dict[str, str]:
    """What the leaderboard says against the reference, by version."""
    rows = [line for line in bench.text().splitlines() if "router@" in line and "%" in line]
    return {line.split("router@")[1].split()[0]: line.rsplit("]", 1)[1].split("│")[0].strip(" ┃") for line in rows}


async def test_the_workbenchs_columns_are_held_against_its_reference(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=(170, 45)) as bench:
        await bench.type("x ")
        await bench.settle()
        screen = await compare(bench)
        assert verdicts(bench)["v2"].endswith("reference")
        assert verdicts(bench)["draft"].endswith("no difference found ▲0 ▼0")
        assert verdicts(bench)["v1"].endswith("not enough evidence ▲0 ▼3")
        names = [standing.name for standing in screen.table.rows]
        await bench.pilot.press("home", *["down"] * names.index("router@v1 · script"), "e")
        await bench.settle()
        assert verdicts(bench)["v1"].endswith("reference")
        assert verdicts(bench)["draft"].endswith("not enough evidence ▲3 ▼0")


async def test_a_lineage_counts_once_in_what_is_told_of_the_workbench(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project(inputs=[(f"meet {number}", "schedule", "t") for number in range(8)])
    with Project.open(path) as project:
        first, *others = [case for case in project.cases.select() if case.split == "dev"]
        project.cases.put([case.model_copy(update={"root_id": first.id}) for case in others]).result()
    async with open_bench(path, size=(170, 45)) as bench:
        await bench.type("x ")
        await bench.settle()
        await compare(bench)
        assert verdicts(bench)["v1"].endswith("not enough evidence ▲0 ▼8")


async def test_where_nothing_is_known_nothing_is_said(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(170, 45)) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("p")
        bench.screen.prompt.focus_editor()
        await bench.type("x ")
        await bench.settle()
        await compare(bench)
        [row] = [line for line in bench.text().splitlines() if "router@draft" in line]
        assert row.rstrip(" │┃").endswith("–")
        assert [version for version, words in verdicts(bench).items() if "reference" in words] == ["v2"]


async def test_a_run_that_is_being_counted_does_not_come_up_as_the_workbench(
    recorded: Path, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate, count = threading.Event(), compare_screen.recount

    def slowly(*asked: Any) -> Any:
        assert gate.wait(120)
        return count(*asked)

    async with open_bench(recorded, size=(170, 45)) as bench:
        screen = await compare(bench)
        await bench.pilot.press("right_square_bracket")
        await bench.settle()
        monkeypatch.setattr(compare_screen, "recount", slowly)
        await bench.pilot.press("left_square_bracket", "right_square_bracket")
        gate.set()
        await bench.settle()
        assert "the workbench as it is now" in bench.text()
        assert "router@draft · script" in [standing.name for standing in screen.table.rows]


@pytest.fixture
def with_errors(make_project: MakeProject) -> Path:
    """A project with a run in which one of five cases has no verdict."""
    rules = [{"match": "asdf", "in": "user", "outcome": "rate limited"}, *RULES]
    return record_run(make_project(scripted(rules=rules)), "--prompt", "router@v2")


async def test_errors_are_not_failures(with_errors: Path, open_bench: OpenBench) -> None:
    async with open_bench(with_errors, size=(160, 45)) as bench:
        await compare(bench)
        # Of the four cases with a verdict three pass.
        assert "75 % [" in bench.text()
        assert "! 1 evaluation without verdict: errors, not failures" in bench.text()


async def test_parts_stand_side_by_side_with_what_is_flaky(recorded: Path, open_bench: OpenBench) -> None:
    async with open_bench(recorded, size=(160, 45)) as bench:
        screen = await compare(bench)
        await bench.pilot.press("t", "t", "t", "t")
        await bench.settle()
        assert screen.focused is screen.parts
        rows = [line for line in bench.text().splitlines() if "Routing" in line]
        assert [row.split()[1] for row in rows][:2] == ["feature", "behavior"]
        assert "80 % [38–96] /10" in rows[0]
        await bench.pilot.press("enter")
        await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)
        text = bench.text()
        assert "8 of 10" in text
        assert "0 through the model, 0 through the judge" in text
        await bench.pilot.press("escape", "left_square_bracket", "right_square_bracket", "right_square_bracket")
        await bench.settle()
        assert "known of recorded runs only" in bench.text()


@pytest.mark.parametrize(("width", "says"), [(200, None), (108, "+4"), (80, "+6 more: enter")])
async def test_columns_without_room_are_counted(
    width: int, says: str | None, recorded: Path, open_bench: OpenBench
) -> None:
    async with open_bench(recorded, size=(width, 40)) as bench:
        screen = await compare(bench)
        header = next(line for line in bench.text().splitlines() if "quality↓" in line).rstrip("│┃╮ ")
        left_out = [column.title for column in screen.table.columns if column.title and column.title not in header]
        if says is None:
            assert left_out == [] and "+" not in header
        else:
            assert header.endswith(says) and says.startswith(f"+{len(left_out)}")
            await bench.pilot.press("enter")
            await bench.settle()
            assert all(name in bench.text() for name in ("tokens", "stability")), "there they are"
