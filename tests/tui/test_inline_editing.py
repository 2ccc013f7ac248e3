"""Editing a case in its row of the list: what is typed gets to that case, or stays where it was typed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.widgets import Static

from synterm.core.case import Case
from synterm.storage import connect
from synterm.storage.project import Project
from synterm.tui.app import WorkbenchApp
from synterm.tui.cases.line_draft import LineDraft
from synterm.tui.screens.case_form import CaseForm
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.workbench import watching
from synterm.tui.widgets.row_editor import LineInput, RowEditor
from tests.tui.conftest import Bench, MakeProject, OpenBench

ODD = ["[/]", "[bold red]x[/foo]", "\\[b]", "日本語 🙂 é", "  spaces  around  ", "'; DROP TABLE cases"]


def editor(bench: Bench) -> RowEditor:
    found = bench.screen.cases.editor
    assert found is not None
    return found


def line(bench: Bench) -> LineInput:
    return editor(bench).query_one(LineInput)


def name(bench: Bench) -> str:
    """What stands before the text."""
    shown = editor(bench).query_one(Static)
    return str(shown.content) if shown.display else ""


def row(bench: Bench, case: str) -> str:
    """What the list has on the screen of a case."""
    region = bench.screen.cases.list.region
    lines = bench.text().splitlines()[region.y : region.bottom]
    rows = (text[region.x : region.right] for text in lines)
    return next((text for text in rows if f" {case} " in text), "")


def stored(bench: Bench) -> list[Case]:
    return bench.project.cases.page(range(1, 50))


TOLD: list[str] = []


@pytest.fixture(autouse=True)
def listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what is told: on a busy machine a toast is gone before the test looks."""
    TOLD.clear()
    notify = WorkbenchApp.notify

    def heard(app: WorkbenchApp, message: str, **options: Any) -> None:
        TOLD.append(message)
        notify(app, message, **options)

    monkeypatch.setattr(WorkbenchApp, "notify", heard)


def told() -> str:
    return " ".join(TOLD)


async def open_row(bench: Bench, *before: str, key: str = "i") -> RowEditor:
    bench.screen.cases.list.focus()
    await bench.pilot.press(*before, key)
    await bench.pilot.pause()
    assert bench.app.focused is line(bench)
    return editor(bench)


async def press(bench: Bench, *keys: str) -> None:
    await bench.pilot.press(*keys)
    await bench.settle()


async def until_form(bench: Bench) -> CaseForm:
    await bench.until(lambda: isinstance(bench.app.screen, CaseForm))
    await bench.pilot.pause()
    assert isinstance(bench.app.screen, CaseForm)
    return bench.app.screen


def add(path: Path, given: dict[str, Any], expected: Any = None) -> Case:
    with Project.open(path) as project:
        [first] = project.cases.page([1])
        case = Case(scenario_id=first.scenario_id, input=given, expected=expected)
        project.cases.put([case]).result()
    return case


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody looks whether others changed the file."""
    monkeypatch.setattr(watching, "_LOOK_S", 3600)


async def test_a_case_is_edited_in_its_row_and_escape_leaves_it_as_it_was(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        for key in ("i", "f2"):
            await open_row(bench, "home", "down", key=key)
            assert (line(bench).value, name(bench)) == ("meet w/ Dana on friday", ""), key
            await bench.type(" at 5")
            assert "c2 meet w/ Dana on friday at 5" in row(bench, "c2"), f"it lies where the text stood: {key}"
            await press(bench, "enter")
            assert bench.screen.cases.editor is None and bench.app.focused is bench.screen.cases.list, key
            assert stored(bench)[1].title == "meet w/ Dana on friday at 5", key
            assert bench.screen.cases.list.key == 2, key
            assert "meet w/ Dana on friday at 5" in bench.text() and "c2 edited" in told(), key
            await press(bench, "u")
            assert stored(bench) == before, key
            TOLD.clear()
        await open_row(bench, "home")
        await bench.type("xyz")
        await press(bench, "escape")
        assert bench.screen.cases.editor is None and bench.app.focused is bench.screen.cases.list
        assert stored(bench) == before
        await press(bench, "u")
        assert "nothing to undo" in told()


async def test_what_was_typed_in_another_value_outlasts_one_escape(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        await open_row(bench)
        await bench.type(" abc")
        await press(bench, "tab", "x", "escape")
        assert (name(bench), line(bench).value) == ("expected ▸ ", "schedule")
        await press(bench, "enter")
        assert (stored(bench)[0].title, stored(bench)[0].expected) == ("can we meet tmrw abc", "schedule")
        await press(bench, "u")
        assert stored(bench) == before


async def test_the_zoom_outlasts_an_escape(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.cases.list.focus()
        await bench.pilot.press("z")
        await open_row(bench)
        await press(bench, "x", "escape")
        assert bench.screen.cases.editor is None and bench.screen.maximized is bench.screen.cases


async def test_tab_goes_through_all_values_to_what_is_expected(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    add(path, {"message": "hi", "count": 3, "who": "[Dana]"}, {"route": ["a", "b"]})
    async with open_bench(path) as bench:
        await open_row(bench, "end")
        seen: list[tuple[str, str]] = []
        for _ in range(5):
            seen.append((name(bench), line(bench).value))
            await bench.pilot.press("tab")
        assert seen == [
            ("message ▸ ", "hi"),
            ("count ▸ ", "3"),
            ("who ▸ ", "[Dana]"),
            ("expected ▸ ", '{"route":["a","b"]}'),
            ("message ▸ ", "hi"),
        ]
        await bench.pilot.press("shift+tab", "shift+tab")
        assert name(bench) == "expected ▸ "
        await bench.pilot.press("left", "left", "left", "backspace", "c")
        await bench.pilot.press("tab", "tab", "4")
        await press(bench, "enter")
        case = stored(bench)[-1]
        assert case.input == {"message": "hi", "count": 34, "who": "[Dana]"}
        assert case.expected == {"route": ["a", "c"]}
        await press(bench, "u")
        assert stored(bench)[-1].input["count"] == 3, "it is one edit"
        assert stored(bench)[-1].expected == {"route": ["a", "b"]}


async def test_what_is_no_json_is_said_and_stays(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    add(path, {"message": "hi", "count": 3})
    async with open_bench(path) as bench:
        await open_row(bench, "end")
        await press(bench, "tab", "x", "tab", "y", "enter")
        assert (name(bench), line(bench).value) == ("count ▸ ", "3x"), "it goes to the value that is wrong"
        assert "count: not JSON" in told()
        assert bench.app.focused is line(bench)
        await press(bench, "backspace", "enter")
        assert (stored(bench)[-1].input["count"], stored(bench)[-1].expected) == (3, "y")


async def test_labels_are_offered(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await open_row(bench)
        await bench.pilot.press("tab", "ctrl+u")
        assert "schedule · summarize · clarify" in bench.text()
        await bench.type("su")
        await bench.settle()
        await press(bench, "right", "enter")
        assert stored(bench)[0].expected == "summarize"
        await open_row(bench)
        await press(bench, "tab", "ctrl+u", "enter")
        assert stored(bench)[0].expected is None


async def test_down_saves_and_goes_on_with_the_same_value_of_the_next_row(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await open_row(bench)
        await bench.pilot.press("tab", "ctrl+u")
        await bench.type("summarize")
        await press(bench, "down")
        assert stored(bench)[0].expected == "summarize"
        assert (name(bench), line(bench).value) == ("expected ▸ ", "schedule")
        assert bench.screen.cases.list.key == editor(bench).draft.key == 2
        await press(bench, "down", "x", "up")
        assert stored(bench)[2].expected == "summarizex"
        assert editor(bench).draft.key == 2
        await press(bench, "up", "up")
        assert bench.screen.cases.editor is None, "there is no row above the first"
        assert bench.app.focused is bench.screen.cases.list and bench.screen.cases.list.cursor == 0


async def test_keys_in_a_hurry_get_to_the_row_that_they_are_for(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await open_row(bench)
        for key, character in [("a", "a"), ("down", None), ("b", "b"), ("ctrl+a", None), ("c", "c"), ("enter", None)]:
            bench.app.post_message(events.Key(key, character))
        await bench.settle()
        titles = [case.title for case in stored(bench)[:2]]
        assert titles == ["can we meet tmrwa", "cmeet w/ Dana on fridayb"]


async def test_a_click_elsewhere_saves(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await open_row(bench)
        await bench.type(" one")
        await bench.pilot.click(bench.screen.cases.list, offset=(12, 3))
        await bench.settle()
        assert bench.screen.cases.editor is None
        assert stored(bench)[0].title == "can we meet tmrw one"
        assert bench.screen.cases.list.cursor == 3 and bench.app.focused is bench.screen.cases.list
        await open_row(bench)
        await bench.type(" two")
        await bench.pilot.click(bench.screen.grid, offset=(12, 3))
        await bench.settle()
        assert stored(bench)[3].title == "asdf?? two" and bench.app.focused is bench.screen.grid


async def test_a_click_elsewhere_does_not_lose_what_can_not_be_saved(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    add(path, {"count": 3})
    async with open_bench(path) as bench:
        await open_row(bench, "end")
        await bench.type("x")
        await bench.pilot.click(bench.screen.grid, offset=(12, 3))
        await bench.settle()
        assert bench.app.focused is line(bench) and line(bench).value == "3x"
        assert "count: not JSON" in told()


async def test_a_terminal_that_is_not_looked_at_saves_nothing(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        before = stored(bench)
        await open_row(bench)
        await bench.type("half")
        for event in (events.AppBlur(), events.AppFocus()):
            bench.app.post_message(event)
            await bench.settle()
        assert stored(bench) == before
        assert bench.app.focused is line(bench) and line(bench).value == "can we meet tmrwhalf"
        await bench.pilot.press("f1")
        await bench.pilot.pause()
        await press(bench, "escape")
        assert stored(bench) == before and line(bench).value == "can we meet tmrwhalf"


async def test_a_double_click_edits_in_the_row(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await bench.pilot.double_click(bench.screen.cases.list, offset=(12, 2))
        await bench.settle()
        assert bench.app.focused is line(bench) and editor(bench).draft.key == 3
        await bench.type("!")
        await bench.pilot.double_click(bench.screen.cases.list, offset=(12, 0))
        await bench.settle()
        assert stored(bench)[2].title == "send the notes!"
        assert bench.app.focused is line(bench) and editor(bench).draft.key == 1
        assert len(bench.screen.query(RowEditor)) == 1


async def test_asking_twice_opens_one(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.cases.list.focus()
        await bench.pilot.pause()
        bench.screen.cases.list.action_ask("inline")
        bench.screen.cases.list.action_ask("inline")
        await bench.settle()
        assert len(bench.screen.query(RowEditor)) == 1 and bench.app.focused is line(bench)
        await press(bench, "!", "enter")
        assert stored(bench)[0].title == "can we meet tmrw!"


@pytest.mark.usefixtures("quiet")
async def test_a_case_that_is_removed_elsewhere_is_not_brought_back(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await open_row(bench, "down")
        await bench.type(" abc")
        bench.project.cases.remove([stored(bench)[1].id]).result()
        left = stored(bench)
        await press(bench, "enter")
        assert "The case is no longer in the project: it was removed elsewhere." in told()
        assert line(bench).value == "meet w/ Dana on friday abc" and bench.app.focused is line(bench)
        bench.screen.project_edited()
        await bench.settle()
        assert name(bench) == " c2 ▸ ", "it says whose text it is, as the row is another's now"
        await press(bench, "enter")
        assert stored(bench) == left
        await press(bench, "escape")
        assert bench.screen.cases.editor is None and stored(bench) == left


@pytest.mark.usefixtures("quiet")
async def test_a_case_that_is_removed_elsewhere_is_said_to_be_gone(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        for key in ("e", "D", "i", "E"):
            TOLD.clear()
            bench.screen.cases.list.focus()
            await press(bench, "home")
            case = bench.screen.cases.list.case
            assert case is not None, key
            bench.project.cases.remove([case.id]).result()
            await press(bench, key)
            assert "The case is no longer in the project: it was removed elsewhere." in told(), key
            assert bench.app.screen is bench.screen and bench.screen.cases.editor is None, key
            assert "internal error" not in bench.text(), key
            bench.project.cases.put([case]).result()
            bench.screen.project_edited()
            await bench.settle()


@pytest.mark.usefixtures("quiet")
async def test_what_others_changed_meanwhile_is_written_over_only_by_who_knows(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await open_row(bench)
        await bench.type(" mine")
        theirs = stored(bench)[0].model_copy(update={"input": {"message": "theirs"}, "expected": "clarify"})
        bench.project.cases.put([theirs]).result()
        await press(bench, "enter")
        assert "message: it was changed elsewhere meanwhile" in told()
        assert stored(bench)[0] == theirs and line(bench).value == "can we meet tmrw mine"
        await press(bench, "enter")
        assert (stored(bench)[0].title, stored(bench)[0].expected) == ("can we meet tmrw mine", "clarify")
        await press(bench, "u")
        assert stored(bench)[0] == theirs


@pytest.mark.usefixtures("quiet")
async def test_what_others_changed_in_the_rest_of_the_case_stays(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        await open_row(bench)
        await bench.type(" mine")
        theirs = stored(bench)[0].model_copy(update={"tags": ("theirs",), "expected": 7})
        bench.project.cases.put([theirs]).result()
        await press(bench, "enter")
        after = stored(bench)[0]
        assert (after.title, after.tags, after.expected) == ("can we meet tmrw mine", ("theirs",), 7)


async def test_typing_goes_on_while_others_write(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        await open_row(bench, "down", "down")
        await bench.type(" a")
        with Project.open(path) as other:
            other.cases.remove([stored(bench)[0].id]).result()
        await bench.until(lambda: len(bench.screen.session.rows) == 4)
        await bench.settle()
        await bench.type("b")
        assert line(bench).value == "send the notes ab" and bench.app.focused is line(bench)
        assert "c3 send the notes ab" in row(bench, "c3"), "it went along with its row"
        await press(bench, "enter")
        assert [case.title for case in stored(bench)][:3] == ["meet w/ Dana on friday", "send the notes ab", "asdf??"]


async def test_the_editor_scrolls_with_its_row_and_comes_back_when_one_types(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project(inputs=[(f"meet {number}", "schedule", "t") for number in range(200)])
    async with open_bench(path) as bench:
        await open_row(bench)
        await bench.type(" edited")
        bench.screen.cases.list.scroll_to(y=100, animate=False)
        await bench.settle()
        assert "meet 0 edited" not in bench.text() and "c101 meet 100 " in row(bench, "c101")
        await bench.type("!")
        await bench.settle()
        assert "c1 meet 0 edited!" in row(bench, "c1")
        bench.screen.session.show_arranged([*reversed(bench.screen.session.rows.keys)])
        bench.screen.painter.show_rows()
        await bench.settle()
        await bench.type("?")
        await press(bench, "enter")
        titles = [case.title for case in stored(bench)]
        assert [title for title in titles if "edited" in title] == [titles[0]] == ["meet 0 edited!?"]


async def test_a_project_to_look_at_is_not_edited_in_rows(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_project()

    def may_write(place: Path) -> bool:
        return place != path.resolve()

    monkeypatch.setattr(connect, "may_write", may_write)
    async with open_bench(path) as bench:
        bench.screen.cases.list.focus()
        await press(bench, "i")
        assert "read-only" in told() and bench.screen.cases.editor is None


async def test_text_is_text_in_a_row(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    added = [add(path, {f"[b]{odd}": odd, "more": odd}, odd).id for odd in ODD]
    async with open_bench(path) as bench:
        for at, odd in enumerate(ODD):
            bench.screen.cases.list.cursor = 5 + at
            await open_row(bench)
            assert line(bench).value == odd and name(bench).startswith("[b]"), odd
            await press(bench, "x", "tab", "tab", "y", "enter")
            case = bench.project.cases.get(added[at])
            assert case.input == {f"[b]{odd}": f"{odd}x", "more": odd}, odd
            assert case.expected == f"{odd}y", odd
    assert bench.app.failure is None


async def test_labels_are_shown_as_text(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    with Project.open(path) as project:
        scenario = project.nodes.tree().scenarios()[0]
        checks = ({"type": "label", "labels": ["[red]other[/x]", "more"]},)
        project.nodes.put(scenario.model_copy(update={"checks": checks})).result()
    async with open_bench(path, size=(170, 40)) as bench:
        await open_row(bench)
        await press(bench, "tab", "ctrl+u", "left_square_bracket")
        assert "clarify · [red]" in bench.text()
        await press(bench, "right", "enter")
        assert stored(bench)[0].expected == "[red]other[/x]"
    assert bench.app.failure is None


LONG = ["two\nlines", "ends\n", "\r\n", "tab\there", "\x1b[31mred", "a\u200bb", "one\u2028two", "x" * 3000]


async def test_what_a_line_can_not_hold_is_edited_in_the_form(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    pairs = [
        (add(path, {"message": "above"}), add(path, {"message": text, "other": "one line"}, text)) for text in LONG
    ]
    async with open_bench(path) as bench:
        for at, (text, (above, case)) in enumerate(zip(LONG, pairs, strict=True)):
            TOLD.clear()
            bench.screen.cases.list.focus()
            bench.screen.cases.list.cursor = 6 + 2 * at
            await bench.pilot.press("i")
            await until_form(bench)
            assert ": the form edits it." in told() and bench.screen.cases.editor is None, repr(text)
            await press(bench, "escape")
            assert bench.project.cases.get(case.id) == case, repr(text)
            # From the row above, it is passed by.
            await open_row(bench, "up")
            await press(bench, "x", "down")
            assert bench.screen.cases.editor is None and bench.app.screen is bench.screen, repr(text)
            assert bench.project.cases.get(above.id).title == "abovex", repr(text)
            shown = bench.screen.cases.list.case
            assert shown is not None and shown.id == case.id, repr(text)
            assert bench.project.cases.get(case.id) == case, repr(text)


async def test_tab_passes_by_what_a_line_can_not_hold(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    case = add(path, {"message": "hi", "notes": "two\nlines"}, "also\ntwo")
    async with open_bench(path) as bench:
        await open_row(bench, "end")
        await bench.pilot.press("tab")
        assert (name(bench), line(bench).value) == ("message ▸ ", "hi")
        assert "notes has several lines: the form edits it." in told()
        assert "expected has several lines: the form edits it." in told()
        await press(bench, "x", "enter")
        after = stored(bench)[-1]
        assert (after.input, after.expected) == ({**case.input, "message": "hix"}, case.expected)


async def test_what_is_pasted_becomes_a_line(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await open_row(bench)
        await bench.pilot.press("ctrl+u")
        bench.app.post_message(events.Paste("one\r\ntwo\tthree\x1b"))
        await bench.settle()
        assert line(bench).value == "one two three␛"
        assert "what you pasted was joined" in told()
        await press(bench, "enter")
        assert stored(bench)[0].title == "one two three␛"


async def test_leaving_synterm_asks_where_a_row_is_not_saved(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        await open_row(bench)
        await bench.type("xyz")
        await bench.pilot.press("ctrl+q")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, ConfirmScreen)
        assert "Case c1: what you typed in its row is not saved" in bench.text()
        await press(bench, "n")
        assert line(bench).value == "can we meet tmrwxyz"
        await press(bench, "enter")
        assert stored(bench)[0].title == "can we meet tmrwxyz"


def test_one_and_true_are_not_the_same_in_a_line() -> None:
    draft = LineDraft(1, Case(scenario_id="s", input={"a": 1}, expected="1"))
    draft.line.text = "true"
    assert draft.read(draft.case).input["a"] is True
    other = draft.case.model_copy(update={"input": {"a": "1"}})
    with pytest.raises(Exception, match="changed elsewhere"):
        draft.read(other)
    draft.line.text = "x"
    assert draft.read(other).input["a"] == "x", "it is a text by now"


def test_a_value_that_others_took_away_is_written_again_only_by_who_knows() -> None:
    case = Case(scenario_id="s", input={"a": "1", "b": "2"})
    draft = LineDraft(1, case)
    draft.line.text = "mine"
    now = case.model_copy(update={"input": {"b": "2"}})
    with pytest.raises(Exception, match="changed elsewhere"):
        draft.read(now)
    assert (draft.line.name, draft.line.text) == ("a", "mine")
