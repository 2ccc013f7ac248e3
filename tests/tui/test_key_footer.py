"""The line of keys at the foot: whole keys, the important ones first."""

from __future__ import annotations

from textual.command import CommandPalette

from synterm.tui.widgets.key_footer import KeyFooter
from tests.conftest import MakeProject
from tests.tui.conftest import Bench, OpenBench


def shown(bench: Bench) -> list[str]:
    return [key.description for key in bench.app.screen.query_one(KeyFooter).shown]


def line(bench: Bench) -> str:
    return bench.text().splitlines()[-1]


async def test_no_key_is_cut_and_all_of_them_are_one_key_away(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(60, 30)) as bench:
        for width in (60, 80, 100, 130):
            await bench.pilot.resize_terminal(width, 30)
            bench.screen.grid.focus()
            await bench.settle()
            keys = bench.app.screen.query_one(KeyFooter).shown
            rest = line(bench)
            for key in keys:
                assert f" {key.shown} {key.description} " in rest, width
                rest = rest[rest.index(key.description) + len(key.description) :]
            assert line(bench).index("▏") == width - keys[-1].width - 2, width
            assert {"Why", "Keys", "Palette"} <= set(shown(bench)), width


async def test_a_click_is_the_key_and_the_mouse_has_it_explained(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.grid.focus()
        await bench.settle()
        footer = bench.app.screen.query_one(KeyFooter)
        await bench.pilot.hover(KeyFooter, offset=(line(bench).index("Keys"), 0))
        assert footer.tooltip == next(key.tooltip for key in footer.shown if key.description == "Keys") != ""
        await bench.pilot.click(KeyFooter, offset=(line(bench).index("Palette"), 0))
        await bench.settle()
        assert isinstance(bench.app.screen, CommandPalette)


async def test_the_baseline_has_its_key_at_eighty_columns_and_a_wider_terminal_has_room_for_more(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        for pane in (bench.screen.behaviors, bench.screen.grid):
            pane.focus()
            await bench.settle()
            assert {"Run all", "Baseline", "Keys"} <= set(shown(bench)), pane.id
        bench.screen.grid.focus()
        await bench.settle()
        before = shown(bench)
        await bench.pilot.resize_terminal(180, 40)
        await bench.settle()
        assert set(before) < set(shown(bench))
        assert {"Pause", "Zoom", "Ask again"} <= set(shown(bench))
