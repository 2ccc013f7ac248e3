"""Keys: every binding can be given others, what is wrong with those is told, and the list of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import Input, OptionList

from synterm.tui.keys import check_keys, known_bindings
from synterm.tui.screens.compare import CompareScreen
from synterm.tui.screens.forms import FormScreen
from synterm.tui.screens.history import HistoryScreen
from synterm.tui.screens.inspect import InspectScreen
from synterm.tui.screens.keys import KeysScreen
from synterm.tui.screens.review import ReviewScreen
from synterm.tui.screens.settings import SettingsScreen
from synterm.tui.screens.versions import VersionsScreen
from synterm.tui.widgets.grid.grid import ResultGrid
from synterm.tui.widgets.tree import BehaviorTree
from tests.tui.conftest import Bench, MakeProject, OpenBench


def test_every_binding_of_ours_has_an_id_of_its_own_a_name_and_a_sentence() -> None:
    known_bindings()
    from synterm.tui.keys import Binding, DOMNode, _ours

    names: dict[str, set[str]] = {}
    for owner in dict.fromkeys(_ours(DOMNode)):
        ids: list[str] = []
        for binding in owner.__dict__.get("BINDINGS", ()):
            assert isinstance(binding, Binding)
            assert binding.id and binding.description and binding.tooltip, (owner, binding)
            names.setdefault(binding.id, set()).add(binding.description)
            ids.append(binding.id)
        assert len(ids) == len(set(ids)), owner
    assert {id: said for id, said in names.items() if len(said) > 1} == {}, "shared only where it is the same action"
    assert {"app.quit", "view.zoom", "results.why", "cases.filter", "prompt.next_tab", "list.up"} <= names.keys()


@pytest.mark.parametrize("keys", ["f6", "w,f6", "ctrl+x, alt+enter", "!", "exclamation_mark", "shift+f2", "ctrl+comma"])
def test_keys_that_there_are_can_be_used(keys: str) -> None:
    keymap, problems = check_keys({"view.zoom": keys})
    assert problems == []
    assert keymap == {"view.zoom": keys.replace(" ", "")}


@pytest.mark.parametrize(
    ("name", "keys", "says"),
    [
        ("view.zom", "f6", "view.zom: there is no such command; did you mean view.zoom"),
        ("view.zoom", "hyperspace", "'hyperspace' is no key; write it as"),
        ("view.zoom", "f5,,f6", "'' is no key"),
        ("view.zoom", "strg+x", "'strg+x' is no key"),
        ("app.quit", "q", "could not be typed any more"),
    ],
)
def test_what_can_not_be_is_left_out_and_told(name: str, keys: str, says: str) -> None:
    keymap, [problem] = check_keys({name: keys})
    assert keymap == {}
    assert says in problem


def test_two_commands_on_one_key_are_told_where_both_can_be_meant() -> None:
    assert check_keys({"view.zoom": "r"})[1] == [
        "r is the key of live.run and of view.zoom: only one of them can have it"
    ]
    assert check_keys({"view.zoom": "f6", "view.side": "f6"})[1][0].startswith("f6 is the key of view.zoom and")
    assert "question_mark is the key of" in check_keys({"view.zoom": "?"})[1][0]
    assert check_keys({"results.why": "i", "why.close": "i"})[1] == [], "they are never on the screen together"
    assert check_keys({"view.zoom": "w", "why.close": "w"})[1] == [], "nor are two screens"
    assert check_keys({"view.zoom": "r", "live.run": "f6"})[1] == []
    assert "list.down and of why.next" in " ".join(check_keys({"list.down": "n"})[1]), "all that have it are looked at"


async def test_a_users_key_does_what_the_other_did(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), keys={"results.why": "i"}) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("enter")
        assert bench.app.screen is bench.screen
        await bench.pilot.press("i")
        assert isinstance(bench.app.screen, InspectScreen)


async def test_wrong_keys_are_told_once_with_the_file(
    make_project: MakeProject, open_bench: OpenBench, own_config: Path
) -> None:
    async with open_bench(make_project(), keys={"view.zom": "f6", "view.side": "nokey"}) as bench:
        [note] = [note for note in bench.app._notifications if "[keys]" in note.message]
        assert str(own_config / "settings.toml") in note.message
        assert "view.zom: there is no such command" in note.message
        assert "view.side: 'nokey' is no key" in note.message
    assert bench.app.failure is None


def rows(bench: Bench) -> list[str]:
    return [" ".join(str(option.prompt).split()) for option in bench.app.screen.query_one(OptionList).options]


async def test_the_keys_of_the_focused_pane_come_first_with_what_it_is_for(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        for key in ("f1", "question_mark"):
            bench.screen.query_one(ResultGrid).focus()
            await bench.pilot.press(key)
            await bench.pilot.pause()
            assert isinstance(bench.app.screen, KeysScreen), key
            shown = rows(bench)
            assert shown[0].startswith("Results A row for each case")
            assert shown[1] == "⏎ Why Everything about the cell under the cursor results.why"
            heads = [line.split()[0] for line in shown]
            assert heads.index("Workbench") < heads.index("Everywhere") < heads.index("Cases")
            await bench.pilot.press("escape")
            assert bench.app.screen is bench.screen
        bench.screen.query_one(BehaviorTree).focus()
        await bench.pilot.press("f1")
        await bench.pilot.pause()
        assert rows(bench)[0].startswith("Behaviors The pass rate of each node")
        assert any("behaviors.fold" in line for line in rows(bench))


SCREENS: tuple[tuple[str, type[Screen[Any]], str], ...] = (
    ("A", FormScreen, "form.save"),
    ("enter", InspectScreen, "why."),
    ("ctrl+o", VersionsScreen, "versions."),
    ("comma", SettingsScreen, "settings.close"),
    ("H", HistoryScreen, "history.mark"),
    ("V", ReviewScreen, "review.pass"),
    ("C", CompareScreen, "place.back"),
)
"""By the key that opens it: a screen, and a command of its own."""


async def test_every_screen_has_the_list_of_its_keys(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        for keys, kind, listed in SCREENS:
            bench.screen.grid.focus()
            if keys == "ctrl+o":
                bench.screen.prompt.focus_editor()
            await bench.pilot.press(keys)
            await bench.pilot.pause()
            shown = bench.app.screen
            assert isinstance(shown, kind), keys
            await bench.pilot.press("f1")
            await bench.pilot.pause()
            assert isinstance(bench.app.screen, KeysScreen), keys
            assert any(listed in line for line in rows(bench)), (keys, listed)
            assert any("app.settings" in line for line in rows(bench)) is not shown.is_modal, "what does nothing there"
            await bench.pilot.press("f1")
            await bench.pilot.pause()
            assert bench.app.screen is shown, "the same key closes it"
            await bench.pilot.press("escape")
            await bench.settle()
            assert bench.app.screen is bench.screen, keys


async def test_the_keys_of_the_find_bar_are_there_while_it_is_open(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        for shown in (False, True):
            await bench.pilot.press("f1")
            await bench.pilot.pause()
            assert any("find.next" in line for line in rows(bench)) is shown
            await bench.pilot.press("escape", "ctrl+f")
            await bench.pilot.pause()


async def test_keys_are_searched_and_the_users_own_shown(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), keys={"view.zoom": "f6"}) as bench:
        await bench.pilot.press("f1")
        await bench.type("zoom")
        await bench.pilot.pause()
        [line] = [line for line in rows(bench) if "view.zoom" in line]
        assert line.startswith("f6 Zoom")
        bench.app.screen.query_one(Input).value = "zebra"
        await bench.pilot.pause()
        assert rows(bench) == ["nothing of that name"]
        await bench.pilot.press("enter")
        assert isinstance(bench.app.screen, KeysScreen)


async def test_enter_and_the_mouse_do_what_is_listed(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.press("f1")
        await bench.type("zoom")
        await bench.pilot.press("enter")
        await bench.settle()
        assert bench.screen.maximized is bench.screen.prompt
        await bench.pilot.press("f1")
        await bench.type("zoom")
        await bench.pilot.pause()
        await bench.pilot.click("#keys-list", offset=(20, 2))
        await bench.settle()
        assert bench.screen.maximized is None


async def test_the_key_of_the_list_is_told_below_also_where_text_is_typed(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=(160, 40)) as bench:
        assert "f1 Keys" in bench.text().splitlines()[-1]
        bench.screen.grid.focus()
        await bench.settle()
        assert "? Keys" in bench.text().splitlines()[-1]
