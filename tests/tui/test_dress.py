"""What the workbench wears while it is open: previews, changed files, the terminal's colours or none, no motion."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console
from textual.widgets import Input

from synterm.tui.screens.theme import ThemeScreen
from synterm.tui.widgets.prompt.area import PromptArea
from tests.tui.conftest import Bench, MakeProject, OpenBench

MINE = '[colors]\nprimary = "#ff0000"\n'


def drawn(bench: Bench) -> str:
    """What would be written to a terminal that can show every colour."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", no_color=False)
    return "".join(strip.render(console) for strip in bench.app.screen._compositor.render_strips())


def colours(bench: Bench) -> set[str]:
    return set(re.findall(r"[34]8;2;\d+;\d+;\d+", drawn(bench)))


async def chooser(bench: Bench) -> None:
    bench.app.action_theme()
    await bench.pilot.pause()
    await bench.pilot.pause()
    assert isinstance(bench.app.screen, ThemeScreen)


async def until(bench: Bench, primary: str) -> None:
    """Wait until the theme that is worn has this primary colour."""
    await bench.until(lambda: bench.app.current_theme.primary == primary)


async def test_going_through_the_list_tries_themes_on_and_escape_restores(
    make_project: MakeProject, open_bench: OpenBench, own_config: Path
) -> None:
    async with open_bench(make_project(), theme="synterm-midnight", animations=False) as bench:
        before = colours(bench)
        await chooser(bench)
        await bench.pilot.press("home")
        await bench.pilot.pause()
        assert bench.app.theme == bench.app.themes[0]
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.app.theme == "synterm-midnight"
        assert colours(bench) == before
        assert not (own_config / "settings.toml").exists()


async def test_enter_keeps_a_theme_also_for_the_next_start(
    make_project: MakeProject, open_bench: OpenBench, own_config: Path
) -> None:
    async with open_bench(make_project()) as bench:
        await chooser(bench)
        await bench.pilot.press("down")
        await bench.pilot.pause()
        chosen = bench.app.theme
        await bench.pilot.press("enter")
        await bench.settle()
        assert (own_config / "settings.toml").read_text() == f'theme = "{chosen}"\n'
        assert bench.app.theme == chosen != "synterm-dark"


async def test_a_theme_file_that_changes_is_taken_up_while_the_workbench_is_open(
    make_project: MakeProject, open_bench: OpenBench, own_config: Path
) -> None:
    folder = own_config / "themes"
    folder.mkdir()
    async with open_bench(make_project(), theme="mine") as bench:
        assert bench.app.theme == "synterm-dark"
        assert any("there is no theme 'mine'" in note.message for note in bench.app._notifications)
        (folder / "mine.toml").write_text(MINE)
        await until(bench, "#ff0000")
        assert bench.app.theme == "mine"
        (folder / "mine.toml").write_text(MINE.replace("#ff0000", "#00ff00ff"))
        await until(bench, "#00ff00ff")
        await bench.until(lambda: bench.app.theme_variables["primary"] == "#00FF00")
        (folder / "mine.toml").write_text("[colours]")
        await bench.until(lambda: any("mine.toml" in note.message for note in bench.app._notifications))
        assert bench.app.current_theme.primary == "#00ff00ff", "it stays as it was"
        assert bench.app._notifications


async def test_all_bad_files_are_told_of_in_one_message(
    make_project: MakeProject, open_bench: OpenBench, own_config: Path
) -> None:
    folder = own_config / "themes"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.toml").write_text("[colors]")
    async with open_bench(make_project()) as bench:
        [note] = list(bench.app._notifications)
        assert "one.toml" in note.message and "two.toml" in note.message


async def test_the_terminals_own_colours_are_the_only_ones(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    async with open_bench(make_project(), theme="synterm-ansi") as bench:
        assert colours(bench) == set()
        assert re.search(r"\x1b\[[0-9;]*32[;m][^\x1b]*✓", drawn(bench)), "what passes is green"
        for keys in (("ctrl+p",), ("f1",), ("ctrl+t",)):
            await bench.pilot.press(*keys)
            await bench.pilot.pause(0.3)
            assert colours(bench) == set(), keys
            await bench.pilot.press("escape")
        bench.screen.grid.focus()
        for key in ("enter", "comma"):
            await bench.pilot.press(key)
            await bench.pilot.pause()
            assert colours(bench) == set(), key
            await bench.pilot.press("escape")


async def test_a_theme_with_colours_shows_them(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    async with open_bench(make_project()) as bench:
        assert len(colours(bench)) > 5


@pytest.mark.parametrize("theme", ["synterm-dark", "synterm-light", "synterm-ansi"])
async def test_without_colour_verdicts_cursor_and_focus_are_still_seen(
    theme: str, make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_bench(make_project(), theme=theme) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("down")
        await bench.settle()
        for colour in colours(bench):
            red, green, blue = map(int, colour.split(";")[2:])
            assert red == green == blue, "grey"
        assert "✓ schedule" in bench.text() and "✗ clarify" in bench.text()
        grid = bench.screen.grid
        cursor, other = grid.render_line(2), grid.render_line(3)
        words = [segment for segment in cursor if segment.text.strip() not in ("", "▸")]
        assert all(segment.style and segment.style.reverse for segment in words)
        assert not any(segment.style and segment.style.reverse for segment in other)
        assert "▸✓ schedule" in cursor.text and "▸" not in other.text, "which cell of the row"
        assert grid.styles.border_top[0] == "heavy"
        assert bench.screen.cases.styles.border_top[0] == "round"


async def test_animations_can_be_off(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), animations=False) as bench:
        assert bench.app.animation_level == "none"
        area = bench.app.focused
        assert isinstance(area, PromptArea) and not area.cursor_blink
        before = bench.screen.grid._frame
        bench.screen.grid.advance()
        assert bench.screen.grid._frame == before, "spinners stand still"
        bench.screen.cases.focus_filter()
        await bench.pilot.pause()
        assert not bench.screen.query_one("#case-filter", Input).cursor_blink


async def test_the_environment_turns_animations_off_too(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("textual.constants.TEXTUAL_ANIMATIONS", "none")
    async with open_bench(make_project()) as bench:
        assert bench.app.animation_level == "none"
