"""The Import screen: a file is found, mapped with a preview, brought in and taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual import events
from textual.widgets import Select

from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from synterm.tui.imports.choice import COLUMN, NONE
from synterm.tui.screens.import_cases import ImportScreen
from tests.tui.conftest import Bench, MakeProject, OpenBench

UTTERANCES = (
    "utterance,intent,alt,arm,tags,part\n"
    'book a desk,schedule,clarify,A,"typo,short",train\n'
    "who won?,clarify,schedule,B,,\n"
    ",clarify,x,A,,\n"
    "can we meet tmrw,schedule,x,,,\n"
    "one,cell,too,many,for,this,table\n"
)


@pytest.fixture
def utterances(tmp_path: Path) -> Path:
    path = tmp_path / "my utterances.csv"
    path.write_text(UTTERANCES, encoding="utf-8")
    return path


async def opened(bench: Bench, path: Path | None = None) -> ImportScreen:
    await bench.screen.run_action("open_place('import')")
    await bench.settle()
    if path is not None:
        await paste(bench, str(path))
    screen = bench.app.screen
    assert isinstance(screen, ImportScreen)
    return screen


async def paste(bench: Bench, text: str) -> None:
    (bench.app.focused or bench.app.screen).post_message(events.Paste(text))
    await bench.settle()


async def pick(bench: Bench, field: str, value: str) -> None:
    select: Select[str] = bench.app.screen.query_one(f"#pick-{field}", Select)
    select.value = value
    await bench.settle()


def titles(project: Project) -> list[str]:
    return [case.title for case in project.cases.select(CaseFilter(status=None)) if case.origin.kind != "manual"]


def preview(bench: Bench) -> list[tuple[str, str]]:
    screen = bench.app.screen
    assert isinstance(screen, ImportScreen)
    return [(fate.kind, fate.case.title if fate.case else fate.why) for fate in screen.table.rows]


async def test_a_file_is_mapped_seen_imported_and_taken_back(
    make_project: MakeProject, open_bench: OpenBench, utterances: Path
) -> None:
    async with open_bench(make_project()) as bench:
        before = bench.project.nodes.tree()
        await opened(bench, utterances)
        assert preview(bench) == [
            ("new", "book a desk"),
            ("new", "who won?"),
            ("wrong", "nothing stands under 'utterance'"),
            ("new", "can we meet tmrw"),
            ("wrong", "7 cells under 6 columns"),
        ]
        assert "✓ 3 new" in bench.text() and "✗ 2 can't be cases" in bench.text()
        assert "Routing/Imported/my utterances" in bench.text()
        assert titles(bench.project) == []
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert titles(bench.project) == ["book a desk", "who won?", "can we meet tmrw"]
        assert "3 cases imported" in bench.text() and "line 6: 7 cells" in bench.text()
        assert [kind for kind, _ in preview(bench)] == ["there", "there", "wrong", "there", "wrong"]
        await bench.pilot.press("u")
        await bench.settle()
        assert titles(bench.project) == []
        assert bench.project.nodes.tree() == before, "what was made of the tree is gone too"
        assert "took 3 cases back" in bench.text()


async def test_what_was_imported_is_what_one_sees_next(
    make_project: MakeProject, open_bench: OpenBench, utterances: Path
) -> None:
    async with open_bench(make_project(), size=(120, 40)) as bench:
        await opened(bench, utterances)
        await pick(bench, "expected", f"{COLUMN}arm")
        assert "! expected, but no label of the checks: 'A' (1 case)" in bench.text()
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert "esc shows them" in bench.text()
        await bench.pilot.press("escape")
        await bench.settle()
        tree = bench.screen.session.tree
        assert tree.path(bench.screen.behaviors.chosen or "") == "Routing/Imported/my utterances"
        assert "who won?" in bench.text() and "what did they say" not in bench.text()


async def test_the_preview_follows_what_is_chosen(
    make_project: MakeProject, open_bench: OpenBench, utterances: Path
) -> None:
    async with open_bench(make_project()) as bench:
        screen = await opened(bench, utterances)

        def first() -> tuple[object, ...]:
            case = screen.table.rows[0].case
            return case.title, case.expected, case.tags, case.split, case.status, case.origin.kind

        assert first() == ("book a desk", "schedule", ("typo", "short", "arm:A"), "dev", "accepted", "import")
        await pick(bench, "expected", f"{COLUMN}alt")
        await pick(bench, "tags", NONE)
        await pick(bench, "split", f"{COLUMN}part")
        await pick(bench, "status", "draft")
        await pick(bench, "kind", "production")
        assert first() == ("book a desk", "clarify", ("arm:A",), "train", "draft", "production")
        await pick(bench, "input-0", f"{COLUMN}alt")
        assert first()[0] == "clarify"
        await pick(bench, "path", f"{COLUMN}intent")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert "'Routing/Imported/my utterances/schedule' is no scenario's path" in bench.text()
        assert titles(bench.project) == []
        into = screen.query_one("#pick-into")
        into.focus()
        await bench.pilot.press("ctrl+u")
        await bench.type("Routing/Intents")
        await bench.settle()
        assert screen.table.rows[0].path == "Routing/Intents/schedule"
        await bench.type("/all")
        await pick(bench, "header", "no")
        assert preview(bench)[0] == ("new", "utterance")


async def test_what_is_there_already_is_left_out(
    make_project: MakeProject, open_bench: OpenBench, utterances: Path
) -> None:
    async with open_bench(make_project()) as bench:
        screen = await opened(bench, utterances)
        into = screen.query_one("#pick-into")
        into.focus()
        await bench.pilot.press("ctrl+u")
        await bench.type("Routing/Clear/plain")
        await bench.settle()
        assert [kind for kind, _ in preview(bench)] == ["new", "new", "wrong", "there", "wrong"]
        assert "= 1 there already" in bench.text()


async def test_a_path_is_pasted_as_terminals_do(
    make_project: MakeProject, open_bench: OpenBench, utterances: Path
) -> None:
    async with open_bench(make_project()) as bench:
        for form in ("{}", "'{}'", '"{}"', "file://{}", "  {}\n", "{}\r\nsecond line"):
            screen = await opened(bench)
            assert (screen.path.value, preview(bench)) == ("", []), form
            shown = str(utterances)
            if form.startswith("file"):
                shown = shown.replace(" ", "%20")
            await paste(bench, form.format(shown))
            assert screen.path.value == str(utterances), form
            assert len(preview(bench)) == 5, form
            screen.dismiss()
            await bench.settle()


async def test_a_file_is_found_by_typing_and_in_the_list(
    make_project: MakeProject, open_bench: OpenBench, utterances: Path
) -> None:
    (utterances.parent / "more").mkdir()
    (utterances.parent / "more" / "lines.txt").write_text("one\ntwo\n", encoding="utf-8")
    async with open_bench(make_project()) as bench:
        screen = await opened(bench)
        screen.path.value = f"{utterances.parent}/"
        screen.path.cursor_position = len(screen.path.value)
        await bench.settle()
        assert [entry.name for entry in screen.files.rows][:3] == ["..", "more", "my utterances.csv"]
        await bench.type("mo")
        await bench.settle()
        assert [entry.name for entry in screen.files.rows] == ["more"]
        await bench.pilot.press("down", "enter")
        await bench.settle()
        assert screen.path.value == f"{utterances.parent}/more/"
        await bench.pilot.press("down", "enter")
        await bench.settle()
        assert preview(bench) == [("new", "one"), ("new", "two")]
        await bench.pilot.press("escape")
        await bench.settle()
        assert [entry.name for entry in screen.files.rows] == ["..", "lines.txt"]
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.app.screen is bench.screen


async def test_what_can_not_be_read_is_told(make_project: MakeProject, open_bench: OpenBench, tmp_path: Path) -> None:
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    async with open_bench(make_project()) as bench:
        screen = await opened(bench)
        for name, told in (
            ("nothing.csv", "there is no such file"),
            ("noise.bin", "does not look like anything that is read"),
            ("empty.csv", "there are no rows in it"),
        ):
            await paste(bench, str(tmp_path / name))
            assert told in bench.text(), name
            assert not screen.has_class("-chosen")


async def test_text_of_a_file_is_shown_as_text(
    make_project: MakeProject, open_bench: OpenBench, tmp_path: Path
) -> None:
    evil = "\x1b[31mred\x1b[0m [bold]x[/foo] \u202eevil"
    path = tmp_path / "bad \x1b[2Jname [red].jsonl"
    rows = [{"message": evil, "label": evil, "tags": [evil]}, {evil: 1}]
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n{broken\x1b[31m\n", encoding="utf-8")
    async with open_bench(make_project()) as bench:
        screen = await opened(bench)
        screen.path.value = f"{tmp_path}/"
        await bench.settle()
        assert path.name in [entry.name for entry in screen.files.rows]
        assert "\x1b" not in bench.text()
        screen.files.focus()
        await bench.pilot.press("down", "enter")
        await bench.settle()
        assert [kind for kind, _ in preview(bench)] == ["new", "wrong", "wrong"]
        screen.table.focus()
        await bench.pilot.press("enter")
        await bench.settle()
        assert "\x1b" not in bench.text() and "\u202e" not in bench.text()
        await bench.pilot.press("escape", "ctrl+s")
        await bench.settle()
        assert "\x1b" not in bench.text()
        assert "1 case imported" in bench.text()
        assert [case.expected for case in bench.project.cases.select(CaseFilter(tags=[evil]))] == [evil]


async def test_the_workbench_knows_what_came_in_and_takes_it_back(
    make_project: MakeProject, open_bench: OpenBench, utterances: Path
) -> None:
    async with open_bench(make_project()) as bench:
        await opened(bench, utterances)
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.app.screen is bench.screen
        bench.screen.behaviors.choose(None)
        await bench.settle()
        assert len(bench.screen.session.rows) == 8
        await bench.screen.run_action("pane('results')")
        await bench.pilot.press("u")
        await bench.settle()
        assert len(bench.screen.session.rows) == 5
        await bench.pilot.press("U")
        await bench.settle()
        assert len(bench.screen.session.rows) == 8


async def test_a_long_import_tells_how_far_it_is_and_can_be_stopped(
    make_project: MakeProject, open_bench: OpenBench, tmp_path: Path
) -> None:
    path = tmp_path / "many.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(f'{{"message": "row {number}", "expected": "clarify"}}\n' for number in range(60_000))
    async with open_bench(make_project()) as bench:
        screen = await opened(bench, path)
        assert len(screen.table.rows) == 200
        await bench.pilot.press("ctrl+s")
        await bench.until(lambda: "esc stops" in bench.text() and "rows a second" in bench.text())
        await bench.pilot.press("escape")
        await bench.settle()
        count = len(titles(bench.project))
        assert 0 < count < 60_000
        assert f"stopped on the way with {count:,} cases there" in bench.text()
        await bench.pilot.press("u")
        await bench.settle()
        assert titles(bench.project) == []


async def test_a_small_terminal_shows_form_and_preview(
    make_project: MakeProject, open_bench: OpenBench, utterances: Path
) -> None:
    async with open_bench(make_project(), size=(80, 24)) as bench:
        await opened(bench, utterances)
        assert "Kind" in bench.text() and "book a desk" in bench.text() and "✓ 3 new" in bench.text()


async def test_a_project_without_prompts_and_an_unknown_column(
    make_project: MakeProject, open_bench: OpenBench, tmp_path: Path
) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("alpha,beta\nx,y\n", encoding="utf-8")
    async with open_bench(make_project()) as bench:
        screen = await opened(bench, path)
        assert preview(bench) == [("new", "x")], "the first column, where no name tells"
        await pick(bench, "input-0", f"{COLUMN}beta")
        assert preview(bench) == [("new", "y")]
        assert screen.table.rows[0].case.expected is None
