"""The history of a prompt."""

from __future__ import annotations

from textual.widgets import Input, OptionList

from synterm.tui.screens.versions import DiffView, VersionsScreen
from tests.tui.conftest import Bench, MakeProject, OpenBench, body


async def open_history(bench: Bench) -> VersionsScreen:
    await bench.pilot.press("ctrl+o")
    await bench.until(lambda: isinstance(bench.app.screen, VersionsScreen))
    await settle(bench)
    assert isinstance(bench.app.screen, VersionsScreen)
    return bench.app.screen


async def settle(bench: Bench) -> None:
    """The history itself is a worker that waits for its end."""
    await bench.pilot.pause()
    mine = [worker for worker in bench.app.workers if worker.group in ("differences", "annotate")]
    if mine:  # of none, all would be waited for
        await bench.app.workers.wait_for_complete(mine)
    await bench.pilot.pause()


def shown(screen: VersionsScreen) -> list[str]:
    return [f"{line.sign}{line.text}" for line in screen.query_one(DiffView).lines]


async def test_a_version_is_held_against_the_draft_and_the_one_before(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await bench.type("New: ")
        await bench.settle()
        screen = await open_history(bench)
        assert shown(screen) == ["…1. system", "-Route the message.", "+New: Route the message."]
        assert "v2 → draft" in bench.text()
        await bench.pilot.press("d")
        await settle(bench)
        assert shown(screen) == ["…1. system", "-always clarify", "+Route the message."]
        assert "v1 → v2" in bench.text()
        await bench.pilot.press("down")
        await settle(bench)
        assert shown(screen) == ["…This is the first version."]
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.app.screen is bench.screen


async def test_a_version_is_restored_and_undone(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await open_history(bench)
        await bench.pilot.press("down", "enter")
        await bench.settle()
        assert bench.screen.session.body == body("always clarify")
        await bench.pilot.press("ctrl+z")
        await bench.settle()
        assert bench.screen.session.body == body()


async def test_a_version_is_pinned_and_named(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        screen = await open_history(bench)
        await bench.pilot.press("p")
        await settle(bench)
        assert "◆ v2" in bench.text()
        await bench.pilot.press("n")
        screen.query_one(Input).value = "the [good] one"
        await bench.pilot.press("enter")
        await settle(bench)
        assert "v2 the [good] one" in bench.text()
        assert screen.query_one(OptionList).highlighted == 0
        versions = bench.project.prompts.get("router").versions
        assert [(version.note, version.pinned) for version in versions] == [("first", False), ("the [good] one", True)]
        await bench.pilot.press("n", "escape", "p")
        await settle(bench)
        assert not bench.project.prompts.get("router").versions[1].pinned
        await bench.pilot.press("escape")


async def test_a_difference_that_is_too_large_says_so(make_project: MakeProject, open_bench: OpenBench) -> None:
    lines = [f"line {number}" for number in range(5000)]
    versions = [("up", body("\n".join(lines))), ("down", body("\n".join(reversed(lines))))]
    async with open_bench(make_project(versions=versions)) as bench:
        bench.screen.workers.cancel_group(bench.screen, "live")
        screen = await open_history(bench)
        await bench.pilot.press("d")
        await settle(bench)
        assert "too large to be shown (5,000 lines against 5,000)" in shown(screen)[0]
        await bench.pilot.press("escape")


async def test_a_note_that_was_overwritten_is_taken_back(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        screen = await open_history(bench)
        await bench.pilot.press("p", "n")
        await settle(bench)
        screen.query_one(Input).value = "other words"
        await bench.pilot.press("enter")
        await settle(bench)
        await bench.pilot.press("escape")
        await bench.settle()
        bench.screen.grid.focus()
        await bench.pilot.press("u")
        await bench.settle()
        newest = bench.project.prompts.get("router").versions[-1]
        assert (newest.note, newest.pinned) == ("second", True)
        await bench.pilot.press("u")
        await bench.settle()
        assert not bench.project.prompts.get("router").versions[-1].pinned


async def test_a_version_that_gets_a_column_by_its_pin_is_evaluated(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    versions = [("old", body("always clarify")), ("", body("second")), ("", body("third"))]
    async with open_bench(make_project(versions=versions)) as bench:
        assert len(bench.screen.session.board.columns) == 3
        await open_history(bench)
        await bench.pilot.press("end", "p")
        await settle(bench)
        await bench.pilot.press("escape")
        await bench.settle()
        columns = bench.screen.session.board.columns
        assert [column.variant.version for column in columns] == ["draft", "v3", "v2", "v1"]
        assert bench.verdicts(3) == [False, False, False, True, False]
        assert bench.screen.grid.board is bench.screen.session.board
