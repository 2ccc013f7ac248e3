"""The prompt pane: what is typed is read, told, saved and never lost."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import pytest
from textual.widgets import Input, OptionList, Static, Tab, Tabs

from synterm.core.prompt import HalfTyped, Message
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.widgets.prompt.area import PromptArea
from synterm.tui.widgets.prompt.find import FindBar
from synterm.tui.widgets.tree import BehaviorTree
from tests.tui.conftest import Bench, MakeProject, OpenBench, body

HUGE = [
    ("ten thousand lines", "a line of words\n" * 10_000),
    ("one line of a megabyte", "words and more " * 66_000),
    ("one word of a megabyte", "x" * 990_000),
    ("a megabyte of tags", "{{ message }} " * 70_000),
]
NAUGHTY = [
    "undefined",
    "Ω≈ç√∫˜µ≤≥÷ åß∂ƒ©˙∆˚¬… œ∑´®†¥¨ˆøπ",
    "\ufeff\u200b\u180e\u2028\u2029\x0b\x0c\x1c\x85",
    "ثم نفس سقطت وبالتحديد",
    "T\u0315\u0324o\u0353\u0321 \u0321i\u0301n\u0358v\u030f",
    "👩🏽 👨‍🦰 🏳️‍🌈 🇺🇸🇷🇺",
    "<script>alert(1)</script> '; DROP TABLE prompts; --",
    "{% print 'x' * 64 * 1024**3 %} {{ ''.__class__ }} {{ {#",
    "\x1b[31m\x00\x07 \\u202e [bold]x[/] $HOME %s%n",
    "mixed\r\nline\nends\rhere",
]


def area_of(bench: Bench) -> PromptArea:
    area = bench.screen.prompt.area
    assert area is not None
    return area


def subtitle(bench: Bench) -> str:
    return str(bench.screen.prompt.border_subtitle or "")


async def go_to(bench: Bench, number: int) -> PromptArea:
    await bench.pilot.press(f"alt+{number}")
    await bench.pilot.pause()
    return area_of(bench)


@pytest.mark.parametrize("text", [text for _, text in HUGE], ids=[name for name, _ in HUGE])
async def test_a_huge_text_is_typed_in_and_kept_whole(
    text: str, make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        area_of(bench).insert(text)
        await bench.type("end")
        await bench.pilot.press("ctrl+z", "ctrl+y")
    async with open_bench(path) as bench:
        assert area_of(bench).text == f"{text}endRoute the message."


async def test_any_text_is_pasted_undone_and_kept_to_the_letter(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        for number in (1, 2, 3, 4):
            area = await go_to(bench, number)
            for text in NAUGHTY:
                area.insert(f"{text}\n")
                await bench.pilot.press("ctrl+z", "ctrl+y")
                assert f"{text}\n" in area.text
            await bench.pilot.press("ctrl+f", "escape")
    async with open_bench(path) as bench:
        for area in bench.screen.prompt.areas:
            assert [text for text in NAUGHTY if area.text.count(text) != 1] == []


async def test_line_ends_of_what_is_pasted_are_line_ends(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        area = area_of(bench)
        area._replace_via_keyboard("a\rb\r\nc\n", (0, 0), (0, 0))
        assert area.text == "a\nb\nc\nRoute the message."


async def test_what_was_typed_last_is_on_disk_after_quitting(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        area_of(bench).insert("line\n" * 9000)
        await bench.settle()
        await bench.type("x")
        await bench.pilot.press("ctrl+q")
    async with open_bench(path) as bench:
        assert area_of(bench).text == "line\n" * 9000 + "xRoute the message."


async def test_keeping_a_version_keeps_what_was_typed_last(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        area_of(bench).insert("line\n" * 9000)
        await bench.pilot.press("ctrl+s")
        await bench.until(lambda: len(bench.project.prompts.get("router").versions) >= 3)
        kept = bench.project.prompts.get("router").versions[-1].body
        assert kept.messages[0].content == "line\n" * 9000 + "Route the message."


async def test_turning_to_another_prompt_waits_for_what_was_typed(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        bench.project.prompts.add("other", [("", body("other"))]).result()
        await bench.type("typed ")
        await bench.screen.open_prompt("other")
        assert area_of(bench).text == "other"
        await bench.screen.open_prompt("router")
        assert area_of(bench).text == "typed Route the message."


async def test_an_unknown_name_is_told_with_what_may_be_meant(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        area = area_of(bench)
        await bench.type("{% for e in examples if mesage %}{{ e.x }}{% endfor %}")
        await bench.settle()
        reason = "mesage: no case has a value for it; did you mean message?"
        assert area.reasons == {"mesage": reason}
        assert reason in subtitle(bench)
        assert area.reason_at(0, 26) == reason
        assert area.reason_at(0, 8) is None
        await bench.pilot.hover(PromptArea, offset=(area.gutter_width + 26, 0))
        assert str(area.tooltip) == reason


async def test_the_line_that_is_wrong_is_marked(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        area = area_of(bench)
        area.insert("fine\n{% if %}\n")
        await bench.settle()
        assert "system message 1, line 2" in subtitle(bench)
        assert "2✗" in "".join(part.text for part in area.render_line(1))
        area.insert("one more\n", (0, 0))
        await bench.settle()
        assert "3✗" in "".join(part.text for part in area.render_line(2))


async def test_parameters_are_edited_as_lines(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        area = await go_to(bench, 4)
        assert area.part == "params"
        assert "model script sets rules" in str(bench.screen.prompt.query_one("#prompt-inherited", Static).content)
        area.insert('default: "clarify"')
        await bench.settle()
        assert bench.screen.session.body == body().model_copy(update={"params": {"default": "clarify"}})
        area.insert("\ntemperature: 0.2", area.document.end)
        await bench.settle()
        assert "params, line 2: script takes no parameter 'temperature'" in subtitle(bench)
        assert bench.project.prompts.get("router").half == HalfTyped(None, 'default: "clarify"\ntemperature: 0.2')
    async with open_bench(path) as bench:
        assert bench.screen.prompt.areas[3].text.endswith("temperature: 0.2")
        assert "params, line 2" in subtitle(bench)


async def test_messages_are_added_moved_removed_and_taken_back(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.press("alt+a")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, ChooseScreen)
        bench.app.screen.query_one(OptionList).highlighted = 2
        await bench.pilot.press("enter")
        await bench.settle()
        await bench.type("sure")
        await bench.settle()
        system, user = body().messages
        said = Message(role="assistant", content="sure")
        assert bench.screen.session.body == body().model_copy(update={"messages": (system, said, user)})
        await bench.pilot.press("alt+right")
        await bench.settle()
        assert bench.screen.session.body == body().model_copy(update={"messages": (system, user, said)})
        await bench.pilot.press("alt+d")
        await bench.settle()
        assert "removes the message assistant, 4 characters" in bench.text()
        assert len(bench.screen.prompt.areas) == 5
        await bench.pilot.press("alt+d")
        await bench.settle()
        assert bench.screen.session.body == body()
        await bench.pilot.press("alt+z")
        await bench.settle()
        assert bench.screen.session.body == body().model_copy(update={"messages": (system, user, said)})


async def test_a_prompt_keeps_its_last_message(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        for _ in range(6):
            await bench.pilot.press("alt+1", "alt+d")
            await bench.settle()
        assert [area.part for area in bench.screen.prompt.areas] == ["user", "examples", "params"]


async def test_finding_goes_from_match_to_match(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        area = area_of(bench)
        area.insert("One (two)\nthree\nTWO one\n")
        area.move_cursor((0, 0))
        await bench.pilot.press("ctrl+f")
        bench.screen.query_one(FindBar).query_one(Input).value = "two"
        await bench.settle()
        assert area.selection == ((0, 5), (0, 8))
        assert "1 of 2" in bench.text()
        await bench.pilot.press("enter")
        assert area.selection == ((2, 0), (2, 3))
        await bench.pilot.press("enter")
        assert area.selection == ((0, 5), (0, 8))
        await bench.pilot.press("shift+enter")
        assert area.selection == ((2, 0), (2, 3))
        await bench.pilot.press("escape")
        assert bench.app.focused is area
        assert area.cursor_location == (2, 3)
        assert not bench.screen.query_one(FindBar).display
        await bench.pilot.press("ctrl+f")
        bench.screen.query_one(FindBar).query_one(Input).value = "(tw.*"
        await bench.settle()
        assert "no match" in bench.text()


async def test_tokens_are_counted_for_each_message(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        labels = [tab.label_text for tab in bench.screen.prompt.query(Tab)]
        assert labels == ["system ≈5", "user ≈4", "examples", "params"]
        assert "≈9 tok · 1 var" in bench.text()


async def test_a_small_terminal_shows_all_of_it(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        for keys in ("alt+4", "ctrl+f", "escape", "ctrl+o", "escape", "alt+a", "escape"):
            await bench.pilot.press(keys)
            await bench.pilot.pause()  # dialogs are workers: they end with the next key
        assert "params" in bench.text()


async def test_each_key_saves_the_draft_once(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(make_project()) as bench:
        save, saved = bench.project.prompts.save_draft, list[object]()

        def counted(prompt_id: str, *draft: Any) -> Future[None]:
            saved.append(draft)
            return save(prompt_id, *draft)

        monkeypatch.setattr(bench.project.prompts, "save_draft", counted)
        await bench.type("abc")
        await bench.settle()
        assert len(saved) == 3


async def test_escape_leaves_for_the_results_once_the_find_bar_is_closed(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        area = area_of(bench)
        await bench.pilot.press("ctrl+f", "escape")
        assert bench.app.focused is area
        await bench.pilot.press("ctrl+f")
        area.focus()
        await bench.pilot.press("escape")
        assert not bench.screen.query_one(FindBar).display
        assert bench.app.focused is area
        await bench.pilot.press("escape")
        assert bench.app.focused is bench.screen.grid
        assert area.text == "Route the message."


async def test_all_is_run_and_the_pane_zoomed_while_typing(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.screen.run_action("pause")
        await bench.type("x")
        await bench.settle()
        assert bench.draft.counts.fresh == 0
        await bench.pilot.press("f5")
        await bench.settle()
        assert bench.draft.counts.fresh == 5
        await bench.pilot.press("f10")
        assert bench.screen.maximized is bench.screen.prompt
        await bench.pilot.press("f10")
        assert bench.screen.maximized is None
        assert area_of(bench).text == "xRoute the message."


async def test_the_row_of_tabs_takes_clicks_but_no_focus(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.click(bench.screen.prompt.query(Tab)[1])
        await bench.settle()
        assert area_of(bench).part == "user"
        assert bench.app.focused is area_of(bench)
        for _ in range(8):
            await bench.pilot.press("tab")
            assert not isinstance(bench.app.focused, Tabs)
        bench.screen.query_one(BehaviorTree).focus()
        await bench.pilot.press("3")
        assert bench.app.focused is area_of(bench)


async def test_what_was_typed_can_be_undone_after_messages_were_added_and_moved(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await bench.type("x")
        await bench.screen.prompt.add_message("assistant")
        await bench.pilot.press("alt+left")
        await bench.settle()
        names = ["assistant", "system", "user", "examples", "params"]
        assert [area.part for area in bench.screen.prompt.areas] == names
        await go_to(bench, 2)
        await bench.pilot.press("ctrl+z")
        await bench.settle()
        texts = [area.text for area in bench.screen.prompt.areas]
        assert texts == ["", "Route the message.", "{{ message }}", "", ""]
        assert [str(tab.label_text).split()[0] for tab in bench.screen.prompt.query(Tab)] == names


async def test_a_version_with_other_messages_gives_back_what_was_half_typed(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    alone = body().model_copy(update={"messages": (Message(role="user", content="{{ message }}?"),)})
    async with open_bench(make_project(versions=[("alone", alone), ("", body())])) as bench:
        await go_to(bench, 3)
        await bench.type("half an exam")
        await go_to(bench, 4)
        await bench.type("temp")
        await bench.settle()
        before = [area.text for area in bench.screen.prompt.areas]
        for way in ("alt+z", "palette"):
            await bench.screen.restore(1)
            await bench.settle()
            assert [area.text for area in bench.screen.prompt.areas] == ["{{ message }}?", "", ""], way
            if way == "palette":
                await bench.screen.take_back_restore()
            else:
                await bench.pilot.press(way)
            await bench.settle()
            assert [area.text for area in bench.screen.prompt.areas] == before, way
            await bench.screen.session.drafts.saved()
            assert bench.project.prompts.get("router").half == HalfTyped("half an exam", "temp"), way


async def test_a_prompt_that_was_opened_has_no_text_of_the_other_to_undo(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        bench.project.prompts.add("other", [("", body("other"))]).result()
        await go_to(bench, 2)
        await bench.type("typed")
        await bench.pilot.press("ctrl+z", "alt+1")
        await bench.screen.open_prompt("other")
        await go_to(bench, 2)
        await bench.pilot.press("ctrl+y", "ctrl+z", "alt+z")
        await bench.settle()
        assert bench.screen.session.body == body("other")


async def test_what_is_typed_while_another_prompt_opens_belongs_to_the_one_it_was_typed_in(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        bench.project.prompts.add("other", [("", body("other"))]).result()
        area = area_of(bench)
        await bench.screen.session.open_prompt("other")
        area.insert("typed ")
        await bench.settle()
        await bench.screen.session.drafts.saved()
        assert bench.project.prompts.get("other").draft == body("other")
        assert bench.project.prompts.get("router").draft == body("typed Route the message.")
        assert bench.screen.session.body == body("other")
