"""Editing in a person's own editor, which here is a script."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from textual.drivers.headless_driver import HeadlessDriver

from synterm.errors import InputError, SettingsError, SyntermError
from synterm.paths import state_dir
from synterm.storage.project import Project
from synterm.tui.cases.changes import variation
from synterm.tui.external_editor import edit_text, edit_until_valid, editor_command, lent
from tests.tui.conftest import Bench, MakeProject, OpenBench

SCRIPT = """\
import os, pathlib, sys
here = pathlib.Path(__file__).parent
file = pathlib.Path(sys.argv[-1])
turn = len(list(here.glob("seen-*")))
(here / f"seen-{turn}").write_bytes(file.read_bytes())
(here / "place").write_text(f"{file} {file.stat().st_mode & 0o777:o} {file.parent.stat().st_mode & 0o777:o}")
text = file.read_text()
exec((here / "edits.py").read_text())
file.write_text(text)
"""


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a script that is the editor: it runs ``edits.py`` on `text`, and keeps what it saw."""
    folder = tmp_path / "an editor's"
    folder.mkdir()
    (folder / "editor.py").write_text(SCRIPT)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f'{sys.executable} "{folder}/editor.py" --wait')
    return folder


@pytest.fixture
def lendable(monkeypatch: pytest.MonkeyPatch) -> None:
    """A screen without a terminal, which can be lent all the same."""

    def stay(_: HeadlessDriver) -> None:
        pass

    monkeypatch.setattr(HeadlessDriver, "can_suspend", True)
    monkeypatch.setattr(HeadlessDriver, "suspend_application_mode", stay)
    monkeypatch.setattr(HeadlessDriver, "resume_application_mode", stay)


def seen(editor: Path) -> list[str]:
    return [file.read_text() for file in sorted(editor.glob("seen-*"))]


def test_the_text_comes_back_as_the_editor_left_it_and_its_file_is_gone(editor: Path) -> None:
    (editor / "edits.py").write_text("text = text.upper() + 'ü'")
    assert edit_text("a\nb", ending=".md") == "A\nBü"
    file, mode, folder_mode = (editor / "place").read_text().rsplit(" ", 2)
    assert (mode, folder_mode, Path(file).suffix) == ("600", "700", ".md")
    assert not Path(file).exists() and not Path(file).parent.exists()


def test_visual_goes_before_editor_and_something_is_found_without_both(tmp_path: Path) -> None:
    assert editor_command({"VISUAL": "code --wait", "EDITOR": "vi"}) == ["code", "--wait"]
    assert editor_command({"EDITOR": "'my editor' -x"}) == ["my editor", "-x"]
    with pytest.raises(SettingsError, match="can't be read"):
        editor_command({"EDITOR": "vi '"})


def test_without_an_editor_the_error_says_what_to_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SettingsError) as raised:
        editor_command({})
    assert "EDITOR=nano" in (raised.value.hint or "")


def test_an_editor_that_fails_changes_nothing(editor: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (editor / "edits.py").write_text("sys.exit(3)")
    with pytest.raises(InputError, match="ended with 3"):
        edit_text("a")
    (editor / "edits.py").write_text("file.unlink(); sys.exit(0)")
    with pytest.raises(InputError, match="took the file away"):
        edit_text("a")
    monkeypatch.setenv("EDITOR", "/nowhere/to/be/found")
    with pytest.raises(SettingsError, match="can't be started"):
        edit_text("a")


def test_the_command_is_not_given_to_a_shell(editor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (editor / "edits.py").write_text("")
    monkeypatch.setenv("EDITOR", f"{os.environ['EDITOR']} ; touch {tmp_path}/made $(touch {tmp_path}/made)")
    assert edit_text("a") == "a"
    assert not (tmp_path / "made").exists()


def test_what_is_wrong_stands_on_top_until_it_is_mended(editor: Path) -> None:
    (editor / "edits.py").write_text("text = text.replace('one', 'two') if turn == 0 else text.replace('two', 'three')")

    def read(text: str) -> str:
        if "two" in text:
            raise InputError("two is wrong", hint="three")
        return text

    assert edit_until_valid("one\n", read, edit_text) == "three\n"
    assert seen(editor)[1].splitlines() == ["#! two is wrong; three", "#! Leave without a change to give up.", "two"]


def test_leaving_without_a_change_gives_up(editor: Path) -> None:
    (editor / "edits.py").write_text("text = text.replace('one', 'two')")

    def read(text: str) -> str:
        raise InputError("never right")

    assert edit_until_valid("one", read, edit_text) is None
    assert len(seen(editor)) == 2


def kept(error: SyntermError) -> str:
    """What stands in the file that an error's hint names."""
    return Path((error.hint or "").partition("kept in ")[2]).read_bytes().decode("latin-1")


@pytest.mark.parametrize(
    ("edits", "left"),
    [
        ("file.write_text('typed'); sys.exit(3)", "typed"),
        (r"file.write_bytes(b'typed \xe4'); os._exit(0)", "typed \xe4"),
    ],
)
def test_what_was_typed_is_kept_when_the_editor_fails(editor: Path, edits: str, left: str) -> None:
    (editor / "edits.py").write_text(edits)
    with pytest.raises(InputError) as raised:
        edit_text("a")
    assert kept(raised.value) == left
    assert str(state_dir()) in (raised.value.hint or ""), "it outlives a restart of the machine"


@pytest.mark.parametrize("ends", ["sys.exit(3)", "file.unlink(); os._exit(0)"])
def test_what_was_typed_at_first_is_kept_when_the_editor_fails_later(editor: Path, ends: str) -> None:
    (editor / "edits.py").write_text(f"if turn: {ends}\ntext = 'typed'")

    def read(text: str) -> str:
        raise InputError("never right")

    with pytest.raises(InputError) as raised, lent() as file:
        edit_until_valid("a", read, file.edit)
    assert "typed" in kept(raised.value)


def test_where_there_is_no_room_the_error_says_what_to_do(
    editor: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SYNTERM_STATE_DIR", str(tmp_path / "file"))
    (editor / "edits.py").write_text("text = 'b'")
    assert edit_text("a") == "b", "another folder will do"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "file"))
    with pytest.raises(InputError, match="no file for the editor") as raised:
        edit_text("a")
    assert "SYNTERM_STATE_DIR" in (raised.value.hint or "")


async def in_cases(bench: Bench, *keys: str) -> None:
    bench.screen.cases.list.focus()
    await bench.pilot.press(*keys)
    await bench.settle()


async def test_selected_cases_are_edited_as_yaml(
    make_project: MakeProject, open_bench: OpenBench, editor: Path, lendable: None
) -> None:
    (editor / "edits.py").write_text("text = text.replace('notes', 'minutes').replace('tmrw', 'tomorrow')")
    async with open_bench(make_project()) as bench:
        before = bench.project.cases.page([1, 2, 3])
        await in_cases(bench, "space", "down", "space", "E")
        after = bench.project.cases.page([1, 2, 3])
        assert [case.title for case in after] == [
            "can we meet tomorrow",
            "meet w/ Dana on friday",
            "send the minutes",
        ]
        assert [case.id for case in after] == [case.id for case in before]
        [text] = seen(editor)
        assert "# c1, manual: can we meet tmrw" in text and "Dana" not in text
        assert stat.S_IMODE(bench.project.path.stat().st_mode) == 0o600
        await in_cases(bench, "u")
        assert bench.project.cases.page([1, 2, 3]) == before


async def test_a_mistake_opens_the_editor_again_with_its_line(
    make_project: MakeProject, open_bench: OpenBench, editor: Path, lendable: None
) -> None:
    (editor / "edits.py").write_text(
        "text = text.replace('split: \"dev\"', 'split: dev').replace('split: dev', 'split: test') "
        "if turn == 0 else text.replace('split: test', 'split: train')"
    )
    async with open_bench(make_project()) as bench:
        await in_cases(bench, "E")
        assert "#! the file line" in seen(editor)[1] and "split" in seen(editor)[1].splitlines()[0]
        assert bench.project.cases.page([1])[0].split == "train"


async def test_a_case_does_not_leave_the_split_of_its_seed(
    make_project: MakeProject, open_bench: OpenBench, editor: Path, lendable: None
) -> None:
    path = make_project()
    with Project.open(path) as project:
        project.cases.put([variation(project.cases.page([1])[0])]).result()
    (editor / "edits.py").write_text("text = text.replace('split: dev', 'split: train')")
    async with open_bench(path) as bench:
        await in_cases(bench, "end", "E")
        assert "which the case is made from" in seen(editor)[1]
        assert [case.split for case in bench.project.cases.page([1, 7])] == ["dev", "dev"]


async def test_an_editor_that_fails_leaves_a_screen_that_works(
    make_project: MakeProject, open_bench: OpenBench, editor: Path, lendable: None
) -> None:
    (editor / "edits.py").write_text("sys.exit(9)")
    async with open_bench(make_project()) as bench:
        before = bench.project.cases.page([1])
        await in_cases(bench, "E")
        assert "ended with 9" in bench.text()
        await in_cases(bench, "x")
        assert bench.project.cases.page([1]) != before


async def test_a_terminal_that_can_not_be_lent_offers_the_form(
    make_project: MakeProject, open_bench: OpenBench, editor: Path
) -> None:
    (editor / "edits.py").write_text("")
    async with open_bench(make_project()) as bench:
        await in_cases(bench, "E")
        assert "e edits in a form" in bench.text()
        assert seen(editor) == []


async def test_the_message_of_a_prompt_goes_to_the_editor_and_back(
    make_project: MakeProject, open_bench: OpenBench, editor: Path, lendable: None
) -> None:
    (editor / "edits.py").write_text("text = 'always clarify ' + text + chr(10)")
    async with open_bench(make_project()) as bench:
        await bench.pilot.press("f4")
        await bench.settle()
        body = bench.screen.session.body
        assert body is not None and body.messages[0].content == "always clarify Route the message."
        assert bench.verdicts() == [False, False, False, True, False]
        await bench.pilot.press("ctrl+z")
        await bench.settle()
        assert bench.verdicts() == [True, True, True, True, False]


async def test_cases_that_can_not_be_written_stay_in_the_editors_file(
    make_project: MakeProject, open_bench: OpenBench, editor: Path, lendable: None
) -> None:
    path = make_project()
    gone = f"import sqlite3\nwith sqlite3.connect({str(path)!r}) as db:\n db.execute('PRAGMA foreign_keys = on')\n"
    gone += " db.execute('DELETE FROM nodes WHERE name = \"plain\"')\n"
    (editor / "edits.py").write_text(gone + "text = text.replace('tmrw', 'tomorrow')")
    async with open_bench(path, size=(200, 40)) as bench:
        await in_cases(bench, "E")
        [told] = [toast.message for toast in bench.app._notifications if toast.severity == "error"]
        assert "can we meet tomorrow" in Path(told.partition("kept in ")[2]).read_text()


async def test_the_terminal_comes_back_whatever_goes_wrong(
    make_project: MakeProject, open_bench: OpenBench, editor: Path, lendable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    back: list[bool] = []

    def resume(_: HeadlessDriver) -> None:
        back.append(True)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no such thing")

    monkeypatch.setattr(HeadlessDriver, "resume_application_mode", resume)
    monkeypatch.setattr(subprocess, "run", fail)
    async with open_bench(make_project()) as bench:
        await in_cases(bench, "E")
        assert back == [True]
        await in_cases(bench, "x")
        assert bench.project.cases.page([1])[0].status == "rejected"


async def test_one_and_true_are_not_the_same_in_an_editor(
    make_project: MakeProject, open_bench: OpenBench, editor: Path, lendable: None
) -> None:
    path = make_project()
    with Project.open(path) as project:
        [case] = project.cases.page([1])
        project.cases.put([case.model_copy(update={"expected": 1})]).result()
    (editor / "edits.py").write_text("text = text.replace('expected: 1', 'expected: true')")
    async with open_bench(path) as bench:
        await in_cases(bench, "E")
        assert bench.project.cases.page([1])[0].expected is True
