"""What is typed while the project file can't be written: it is told of, and written as soon as that can be."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils.utils import sqlite3  # pyright: ignore[reportPrivateImportUsage]
from textual.pilot import Pilot

from synterm.core.prompt import HalfTyped
from synterm.errors import ProjectError
from synterm.storage.project import Project
from synterm.tui.app import WorkbenchApp, open_workbench
from synterm.tui.screens.workbench import prompting
from tests.tui.conftest import Bench, MakeProject, OpenBench, body


@pytest.fixture(autouse=True)
def quick_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prompting, "_TEND_S", 0.02)
    # On a busy machine a message is gone before the last letter is typed.
    monkeypatch.setattr(WorkbenchApp, "NOTIFICATION_TIMEOUT", 600.0)


def fill_disk(path: Path) -> None:
    """No draft can be written from now on."""
    _change_schema(
        path,
        "CREATE TRIGGER refuse BEFORE UPDATE OF draft ON prompts "
        "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END",
    )


def free_disk(path: Path) -> None:
    _change_schema(path, "DROP TRIGGER refuse")


def _change_schema(path: Path, sql: str) -> None:
    # Not by a connection of synterm's: none of them makes a trigger.
    with closing(sqlite3.connect(path)) as db:
        db.execute(sql)


def status(bench: Bench) -> str:
    return bench.text().splitlines()[0]


def toasts(bench: Bench) -> list[str]:
    return [toast.message for toast in bench.app._notifications]


async def test_a_draft_that_can_not_be_saved_is_told_of_once_and_saved_later(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        fill_disk(path)
        await bench.type("typed ")
        await bench.until(lambda: "✗ not saved: the disk is full" in status(bench))
        await bench.type("more ")
        await bench.settle()
        await bench.until(lambda: "✗ not saved: the disk is full" in status(bench))
        assert sum("What you type is not saved: the disk is full" in text for text in toasts(bench)) == 1
        assert bench.project.prompts.get("router").draft == body()
        free_disk(path)
        await bench.until(lambda: bench.project.prompts.get("router").draft == body("typed more Route the message."))
        await bench.until(lambda: "What you typed is saved now." in toasts(bench))
        assert "not saved" not in status(bench)


async def test_a_draft_that_could_not_be_saved_is_saved_on_quitting(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompting, "_TEND_S", 600.0)
    path = make_project()
    async with open_bench(path) as bench:
        fill_disk(path)
        await bench.pilot.press("alt+3")
        await bench.pilot.pause()
        await bench.type("half an exam")
        await bench.screen.session.drafts.saved()
        free_disk(path)
    with Project.open(path) as project:
        assert project.prompts.get("router").half == HalfTyped("half an exam", None)
    assert bench.app.unsaved == ""


async def test_what_could_not_be_saved_is_there_when_one_comes_back_to_the_prompt(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        bench.project.prompts.add("two", [("", body("two"))]).result()
        fill_disk(path)
        await bench.type("typed ")
        await bench.screen.open_prompt("two")
        await bench.screen.open_prompt("router")
        assert bench.screen.prompt.areas[0].text == "typed Route the message."
        free_disk(path)
        await bench.until(lambda: bench.project.prompts.get("router").draft == body("typed Route the message."))
        assert bench.project.prompts.get("two").draft == body("two")


async def test_what_the_editor_did_not_tell_of_yet_is_kept(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        area = bench.screen.prompt.areas[0]
        with area.prevent(area.Changed):
            area.insert("zebra ", (0, 0))
    with Project.open(path) as project:
        assert project.prompts.all()[0].draft.messages[0].content.startswith("zebra ")


def test_who_quits_with_an_unsaved_draft_is_told(make_project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_project()
    run: Any = WorkbenchApp.run

    async def type_and_quit(pilot: Pilot[None]) -> None:
        await pilot.pause()
        fill_disk(path)
        await pilot.press("x", "ctrl+q")

    monkeypatch.setattr(WorkbenchApp, "run", lambda app: run(app, headless=True, auto_pilot=type_and_quit))  # pyright: ignore[reportUnknownLambdaType]
    with pytest.raises(ProjectError, match="what was typed last in the prompt is not saved: the disk is full"):
        open_workbench(path)
