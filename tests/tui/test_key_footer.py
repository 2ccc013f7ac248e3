"""The line of keys at the foot: whole keys, the important ones first."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.widgets._footer import FooterKey  # pyright: ignore[reportPrivateUsage]

from synterm.tui.widgets.key_footer import KeyFooter
from tests.conftest import MakeProject
from tests.tui.conftest import Bench, OpenBench


def shown(bench: Bench) -> list[str]:
    return [key.description for key in bench.app.screen.query_one(KeyFooter).query(FooterKey) if key.display]


@pytest.mark.parametrize("width", [60, 80, 100, 130])
async def test_no_key_is_cut_and_all_of_them_are_one_key_away(
    make_project: MakeProject, open_bench: OpenBench, width: int
) -> None:
    async with open_bench(make_project(), size=(width, 30)) as bench:
        bench.screen.grid.focus()
        await bench.settle()
        footer = bench.app.screen.query_one(KeyFooter)
        keys = [key for key in footer.query(FooterKey) if key.display]
        palette = next(key for key in keys if key.has_class("-command-palette"))
        for key in keys:
            assert key.region.width >= cell_len(key.key_display) + cell_len(key.description) + 2
            assert key is palette or key.region.right <= palette.region.x
        assert {"Why", "Keys", "Palette"} <= set(shown(bench))


async def test_the_baseline_has_its_key_at_eighty_columns(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        for pane in (bench.screen.grid, bench.screen.behaviors):
            pane.focus()
            await bench.settle()
            assert {"Run all", "Baseline", "Keys"} <= set(shown(bench))


async def test_a_wider_terminal_has_room_for_more(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        bench.screen.grid.focus()
        await bench.settle()
        before = shown(bench)
        await bench.pilot.resize_terminal(180, 40)
        await bench.settle()
        assert set(before) < set(shown(bench))
        assert {"Pause", "Zoom", "Ask again"} <= set(shown(bench))
