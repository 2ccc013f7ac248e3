"""The Distill screen on the real app: clusters, types that are confirmed, names, what is empty."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.core.distill import Triage
from synterm.storage.project import Project
from synterm.tui.screens.distill import DistillScreen
from synterm.tui.screens.inspect import InspectScreen
from synterm.tui.screens.text import TextScreen
from tests.support.recording import record_run
from tests.tui.conftest import Bench, MakeProject, OpenBench, body, scripted

INPUTS = [
    ("send the notes of the budget meeting", "summarize", "terse"),
    ("send the notes of the planning meeting", "summarize", "terse"),
    ("send the notes of the design meeting", "summarize", "typo"),
    ("asdf??", "clarify", "cryptic"),
    ("is friday free", "schedule", "borderline"),
]


@pytest.fixture
def failing(make_project: MakeProject) -> Path:
    """Three that fail alike, one that fails alone, and one that passes; run twice."""
    path = make_project(scripted(), INPUTS, versions=[("first", body("always clarify"))])
    record_run(path)
    record_run(path)
    return path


async def distill(bench: Bench) -> DistillScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("d")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, DistillScreen)
    return screen


def types(project: Project) -> list[tuple[str, bool]]:
    found = [Triage.model_validate(one.body) for one in project.findings.all("triage")]
    return sorted((one.type, one.confirmed) for one in found)


async def test_failures_stand_in_clusters_with_what_they_have_in_common(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(160, 45)) as bench:
        await distill(bench)
        text = bench.text()
        assert "4 of 5 keep failing · over 2 runs" in text
        assert "Clusters  1" in text
        assert "like no others" in text
        await bench.pilot.press("down")
        await bench.settle()
        text = bench.text()
        assert "clarify instead of summarize" in text
        assert "failed in the last runs: 3, 3" in text
        assert text.count("summarize → clarify") >= 3
        assert "? spec gap" in text, "no behavior is described, and the prompt names no label"
        # Known again: the cluster is kept.
        assert len(bench.project.findings.all("cluster")) == 1


async def test_a_type_is_confirmed_by_one_key_and_taken_back(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(160, 45)) as bench:
        screen = await distill(bench)
        await bench.pilot.press("down", "enter", "3")
        await bench.settle()
        assert types(bench.project) == [("wrong label", True)]
        assert "✓ wrong label" in bench.text()
        assert screen.failures.cursor == 1, "the next one is to be looked at"
        await bench.pilot.press("u")
        await bench.settle()
        assert types(bench.project) == []
        assert "✓ wrong label" not in bench.text()
        await bench.pilot.press("U")
        await bench.settle()
        assert types(bench.project) == [("wrong label", True)]
        # It is there when the screen is opened again, and can still be taken back.
        await bench.pilot.press("escape")
        screen = await distill(bench)
        assert "✓ wrong label" in bench.text() or screen.found
        await bench.pilot.press("u")
        await bench.settle()
        assert types(bench.project) == []
        assert all(one.triage and not one.triage.confirmed for one in screen.found.failing) if screen.found else False


async def test_a_whole_cluster_and_marked_ones_are_confirmed_at_once(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(160, 45)) as bench:
        await distill(bench)
        await bench.pilot.press("down", "1")
        await bench.settle()
        assert types(bench.project) == [("spec gap", True)] * 3
        await bench.pilot.press("u", "enter", "space", "space")
        await bench.settle()
        assert "2 marked" in bench.text()
        # The menu says what each type asks for.
        await bench.pilot.press("c")
        await bench.pilot.pause()
        assert "calibration label" in bench.text()
        await bench.pilot.press("4")
        await bench.settle()
        assert types(bench.project) == [("judge error", True)] * 2


async def test_only_one_type_is_shown(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(160, 45)) as bench:
        screen = await distill(bench)
        await bench.pilot.press("down", "enter", "3")
        await bench.settle()
        await bench.pilot.press("f")
        await bench.settle()
        assert screen.kind == "spec gap"
        assert len(screen.failures.rows) == 3
        await bench.pilot.press("f")
        await bench.settle()
        assert screen.kind == "wrong label"
        assert len(screen.failures.rows) == 1
        await bench.pilot.press("f")
        assert screen.kind is None


async def test_a_name_stays(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(160, 45)) as bench:
        await distill(bench)
        await bench.pilot.press("down", "n")
        await bench.pilot.pause()
        await bench.pilot.press("ctrl+u")
        await bench.type("[b]notes")
        await bench.pilot.press("enter")
        await bench.settle()
        assert "[b]notes" in bench.text(), "and is text"
        await bench.pilot.press("escape")
        screen = await distill(bench)
        assert [group.name for group in screen.groups.rows][1] == "[b]notes"
        await bench.pilot.press("u")
        await bench.settle()
        assert [group.name for group in screen.groups.rows][1] != "[b]notes"


async def test_enter_tells_why(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(160, 45)) as bench:
        screen = await distill(bench)
        await bench.pilot.press("down", "enter", "enter")
        await bench.settle()
        assert isinstance(bench.app.screen, InspectScreen), "the draft says what version 1 says"
        await bench.pilot.press("escape")
        assert bench.app.screen is screen


async def test_what_goes_with_failing_is_a_table(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(80, 24)) as bench:
        await distill(bench)
        await bench.pilot.press("t")
        await bench.settle()
        assert "too few cases" in bench.text() or "fail" in bench.text()
        await bench.pilot.press("t")
        await bench.settle()
        assert "s shrinks one" in bench.text()


async def test_nothing_to_show_says_what_to_do(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path, size=(80, 24)) as bench:
        await distill(bench)
        assert "No run is recorded yet" in bench.text()
        assert "ctrl+r" in bench.text()
        for key in ("1", "c", "n", "a", "s", "m", "v", "t", "f", "space", "enter", "u", "left_square_bracket"):
            await bench.pilot.press(key)
            await bench.pilot.pause()
        assert isinstance(bench.app.screen, DistillScreen)


@pytest.fixture
def mended(make_project: MakeProject) -> Path:
    """Two cases that failed in a first run, and pass in the second."""
    path = make_project(scripted(), [("can we meet", "schedule", "a"), ("the notes", "summarize", "b")])
    record_run(path, "--prompt", "router@v1")
    return record_run(path, "--prompt", "router@v2")


async def test_where_nothing_keeps_failing_that_is_good_news(mended: Path, open_bench: OpenBench) -> None:
    async with open_bench(mended, size=(80, 24)) as bench:
        await distill(bench)
        text = bench.text()
        assert "✓ Nothing keeps failing" in text
        assert "2 cases failed before, and pass now" in text
        # The run before is one key away.
        await bench.pilot.press("left_square_bracket")
        await bench.settle()
        assert "2 of 2 keep failing" in bench.text()


@pytest.fixture
def removed(failing: Path) -> Path:
    """The same, with the failing cases gone from the project since."""
    with Project.open(failing) as project:
        keys = project.cases.keys_of([case.id for case in project.cases.select()])
        project.cases.take_out(keys).result()
    return failing


async def test_a_failure_that_the_board_does_not_have_is_shown_as_it_was_recorded(
    removed: Path, open_bench: OpenBench
) -> None:
    async with open_bench(removed, size=(120, 40)) as bench:
        await distill(bench)
        await bench.pilot.press("down", "enter", "enter")
        await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)
        assert "clarify, expected summarize" in bench.text()
