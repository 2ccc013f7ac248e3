"""Text from models, files and other people is shown as text, wherever the workbench shows it."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from synterm.tui.app import WorkbenchApp
from synterm.tui.guard import guard_terminal
from synterm.tui.widgets.prompt.area import PromptArea, visible
from tests.tui.conftest import Bench, MakeProject, OpenBench, body, scripted

PAYLOADS = [
    "[/]",
    "[0]",
    "[bold red]x[/foo]",
    "[@click=app.exit]click[/]",
    "\x1b[31mred\x1b[0m",
    "\x1b]52;c;ZXZpbA==\x07",
    "\x9b31mcsi",
    "\u202egnirts desrever",
    "a\u200bb\u2066c",
    "tab\there and\nnew line",
    "\x00\x07\x08\x7f",
    "日本語 🙂 e\u0301",
]


def drawn(bench: Bench) -> str:
    """What would be written to a terminal for the whole screen."""
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor")
    return "".join(strip.render(console) for strip in bench.app.screen._compositor.render_strips())


def harmless(written: str) -> bool:
    """Whether every escape is one of Textual's own colours, and nothing else controls or reorders."""
    rest = re.sub(r"\x1b\[[0-9;]*m", "", written)
    return not any(char in rest for char in "\x1b\x00\x07\x08\x7f\x9b\u202e\u200b\u2066")


@pytest.mark.parametrize("payload", ["[/]", "[bold red]x[/foo]", "\x1b]52;c;ZXZpbA==\x07\x9b31m\u202e"], ids=repr)
async def test_a_payload_everywhere_is_shown_as_text(
    payload: str, make_project: MakeProject, open_bench: OpenBench
) -> None:
    model = scripted(default="".join(PAYLOADS)).model_copy(update={"name": f"m {payload}"})
    rows = [(f"{hostile} {index}", "clarify", hostile) for index, hostile in enumerate(PAYLOADS)]
    path = make_project(model, rows, feature=f"F {payload}", versions=[(payload, body("".join(PAYLOADS)))])
    async with open_bench(path, size=(120, 50)) as bench:
        assert harmless(drawn(bench))
        bench.screen.grid.focus()
        await bench.pilot.press("enter")
        assert harmless(drawn(bench))
        await bench.pilot.press("escape", "ctrl+p")
        await bench.type("restore")
        await bench.pilot.pause(0.3)
        assert "Prompt: restore" in bench.text()
        assert harmless(drawn(bench))
        await bench.pilot.press("escape")
        bench.app.notify(payload, markup=False)
        await bench.pilot.pause()
        assert harmless(drawn(bench))
    assert bench.app.failure is None


async def test_a_title_that_is_markup_stays_a_title(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(name="[red]x.db")) as bench:
        assert "[red]x.db" in bench.text()


@pytest.mark.parametrize("payload", PAYLOADS, ids=repr)
def test_the_editor_shows_one_character_for_one(payload: str) -> None:
    shown = visible(payload)
    assert len(shown) == len(payload)
    assert harmless(shown.replace("\n", "").replace("\t", ""))


async def test_pasted_escapes_stay_in_the_prompt_and_off_the_terminal(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        area = bench.app.focused
        assert isinstance(area, PromptArea)
        area.insert("\x1b[31mred")
        await bench.settle()
        assert harmless(drawn(bench))
        assert bench.screen.session.body == body("\x1b[31mredRoute the message.")


def test_guarding_twice_is_guarding_once() -> None:
    from textual.strip import Strip

    guard_terminal()
    before = Strip.render_style.__func__  # pyright: ignore[reportFunctionMemberAccess]
    guard_terminal()
    assert Strip.render_style.__func__ is before  # pyright: ignore[reportFunctionMemberAccess]


async def test_a_crash_shows_no_traceback_and_no_values(
    make_project: MakeProject, open_bench: OpenBench, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    secret = "sk-canary-12345"
    apps: list[WorkbenchApp] = []
    with pytest.raises(ZeroDivisionError):
        async with open_bench(make_project()) as bench:
            apps.append(bench.app)

            def fail() -> None:
                key = secret
                raise ZeroDivisionError(len(key))

            bench.screen.call_later(fail)
            await bench.pilot.pause()
    assert isinstance(apps[0].failure, ZeroDivisionError)
    captured = capsys.readouterr()
    assert secret not in captured.out + captured.err
    assert "Traceback" not in captured.out + captured.err
