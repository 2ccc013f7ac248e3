"""The behavior tree as a pane: columns, folding, the mouse."""

from __future__ import annotations

import re

from textual.geometry import Offset

from synterm.core.tree import Tree
from synterm.tui.widgets.tree import BehaviorTree
from tests.tui.conftest import Bench, MakeProject, OpenBench


def lines(bench: Bench) -> list[str]:
    """What the tree shows, without the blank lines below."""
    pane = bench.screen.behaviors
    drawn = (pane.render_line(y).text.rstrip() for y in range(pane.size.height))
    return [line for line in drawn if line]


def ids(bench: Bench) -> dict[str, str]:
    return {node.name: node.id for node in bench.screen.session.tree.walk()}


async def test_rates_and_trends_stand_in_columns_at_any_depth(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(160, 45)) as bench:
        pane, names = bench.screen.behaviors, ids(bench)
        pane.show_trends({names["plain"]: [(1, 3), (3, 3)], names["cryptic"]: [(0, 2), (0, 2)]})
        shown = lines(bench)
        assert [re.sub(r" {2,}", "  ", line) for line in shown] == [
            "All behaviors  80% ▂▅",
            "▾ Routing  80% ▂▅",
            "  ▾ Clear  100% ▃█".replace("  ▾", "  ▾"),
            "  plain  ◌  3/3 ▃█",
            "  ▾ Unclear  50% ▁▁",
            "  cryptic  ◌  1/2 ▁▁",
        ]
        assert len({len(line) for line in shown}) == 1, "all lines end in one column"
        assert len({re.search(r"[%\d] [▁-█]", line).start() for line in shown}) == 1  # pyright: ignore[reportOptionalMemberAccess]


async def test_a_narrow_pane_drops_the_trend_and_keeps_the_badges(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=(100, 40)) as bench:
        bench.screen.behaviors.show_trends({ids(bench)["plain"]: [(1, 3)] * 8})
        assert not re.search("[▁-█]", "".join(lines(bench)))
        assert "◌" in lines(bench)[3]


async def test_closing_hides_nodes_and_shows_their_badges(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.behaviors.focus()
        await bench.pilot.press("down", "down", "left")
        assert len(lines(bench)) == 5
        assert re.search(r"▸ Clear +◌ +100%", lines(bench)[2])
        await bench.pilot.press("right", "right")
        assert bench.screen.behaviors.chosen == ids(bench)["plain"]
        await bench.pilot.press("left", "enter")
        assert "▸ Clear" in lines(bench)[2]


async def test_what_was_closed_and_chosen_stays_so_when_the_tree_is_read_again(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.behaviors.focus()
        await bench.pilot.press("down", "down", "enter", "down")
        bench.screen.project_edited()
        await bench.settle()
        assert len(lines(bench)) == 5
        assert bench.screen.behaviors.chosen == bench.screen.session.node_id == ids(bench)["Unclear"]


async def test_when_the_chosen_node_is_gone_what_held_it_is_chosen(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        pane, names = bench.screen.behaviors, ids(bench)
        pane.choose(names["cryptic"])
        await bench.settle()
        bench.project.nodes.remove(names["Unclear"]).result()
        bench.screen.project_edited()
        await bench.settle()
        assert pane.chosen == bench.screen.session.node_id == names["Routing"]
        assert [case.title for case in bench.screen.session.rows] == [
            "can we meet tmrw",
            "meet w/ Dana on friday",
            "send the notes",
        ]


async def test_the_mouse_scopes_and_folds(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.click(BehaviorTree, offset=Offset(12, 3))
        await bench.settle()
        assert bench.screen.session.node_id == ids(bench)["Clear"]
        assert len(lines(bench)) == 6
        await bench.pilot.click(BehaviorTree, offset=Offset(4, 3))
        await bench.settle()
        assert "▸ Clear" in lines(bench)[2]


async def test_hovering_tells_of_the_node_under_the_mouse(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.hover(BehaviorTree, offset=Offset(8, 6))
        assert "cryptic" in str(bench.screen.behaviors.tooltip)
        assert "1 of 2 passed" in str(bench.screen.behaviors.tooltip)
        await bench.pilot.hover(BehaviorTree, offset=Offset(8, 1))
        assert "All behaviors" in str(bench.screen.behaviors.tooltip)


async def test_names_from_the_file_are_shown_as_text(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(feature="[red]x[/foo]\x1b[31m")) as bench:
        assert "[red]x[/foo]␛[31m" in lines(bench)[1]
        await bench.pilot.hover(BehaviorTree, offset=Offset(8, 2))
        assert "[red]x[/foo]␛[31m" in str(bench.screen.behaviors.tooltip)


async def test_an_empty_tree_is_one_line(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.behaviors.show(Tree(()))
        assert lines(bench) == ["All behaviors"]
        assert bench.screen.behaviors.chosen is None
