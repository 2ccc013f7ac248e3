"""Documents, and the context that prompts take from them, in the real workbench."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input, OptionList, Static

from synterm.core.case import Case
from synterm.core.document import Document
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, PromptBody
from synterm.core.tree import Node
from synterm.storage.project import Project
from synterm.tui.screens.choose import ChooseScreen
from synterm.tui.screens.forms import FormScreen
from synterm.tui.screens.inspect import InspectScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.why.sections import NAMES
from synterm.tui.widgets.grid.grid import ResultGrid
from tests.tui.conftest import Bench, OpenBench

DOCUMENTS = {
    "returns.md": "You may return a product within 30 days.",
    "shipping.md": "A parcel takes a week to an island. [/red] {{ 7 * 7 }}",
}
CASES = [("how long may I return a product", ["returns.md"]), ("a parcel to an island", ["shipping.md", "returns.md"])]


def body(**settings: Any) -> PromptBody:
    messages = (
        Message(role="system", content="Answer from:\n{{ context }}"),
        Message(role="user", content="{{ message }}"),
    )
    return PromptBody(messages=messages, params={"context": settings})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A project with two documents and a prompt that takes the best chunk of them."""
    made = tmp_path / "shop.db"
    with Project.create(made, "shop") as project:
        checks = ({"type": "retrieval", "threshold": 1},)
        feature = Node(level="feature", name="Help", checks=checks)
        behavior = Node(level="behavior", name="Facts", parent_id=feature.id)
        scenario = Node(level="scenario", name="returns", parent_id=behavior.id)
        project.nodes.put(feature, behavior, scenario).result()
        given = ({"message": message, "documents": names} for message, names in CASES)
        project.cases.put([Case(scenario_id=scenario.id, input=values) for values in given]).result()
        project.documents.put(*(Document(name=name, text=text) for name, text in DOCUMENTS.items())).result()
        project.prompts.add("helper", [("", body(top_k=1))]).result()
        script = {"rules": [{"match": "30 days", "in": "system", "answer": "30 days"}], "default": "no idea"}
        project.models.put(ModelSpec(name="script", model="scripted/rules", params=script)).result()
    return made


async def put_params(bench: Bench, text: str) -> None:
    """Have this stand in the tab of the parameters."""
    area = bench.screen.prompt.areas[-1]
    area.text = text
    await bench.settle()


def answers(bench: Bench) -> list[str]:
    cells = (bench.draft.cell(case.id) for case in bench.screen.session.board.rows)
    return [cell.text if cell else "" for cell in cells]


def reasons(bench: Bench) -> dict[str, str]:
    """The names that are underlined in the system message, and why."""
    reading = bench.screen.prompt._reading
    assert reading is not None
    return reading.reports[0].reasons


def request_section(screen: InspectScreen) -> str:
    return str(screen.query_one(f"#section-{NAMES.index('Request')}", Static).visual)


async def look(bench: Bench, *keys: str) -> InspectScreen:
    bench.screen.query_one(ResultGrid).focus()
    await bench.pilot.press(*keys, "enter")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, InspectScreen)
    return screen


async def test_another_top_k_is_another_text_and_its_verdicts_change(path: Path, open_bench: OpenBench) -> None:
    async with open_bench(path) as bench:
        assert bench.verdicts() == [True, False] and answers(bench) == ["30 days", "no idea"]
        await put_params(bench, "context: {top_k: 2}")
        assert bench.verdicts() == [True, True] and answers(bench) == ["30 days", "30 days"]
        assert "draft" in bench.screen.session.prompt_title
        await bench.screen.action_keep()
        await bench.settle()
    with Project.open(path) as project:
        versions = project.prompts.get("helper").versions
    assert [version.body.params for version in versions] == [{"context": {"top_k": 1}}, {"context": {"top_k": 2}}]


async def test_wrong_settings_are_told_where_they_are_typed(path: Path, open_bench: OpenBench) -> None:
    async with open_bench(path) as bench:
        await put_params(bench, "context: {top_k: 99}")
        assert bench.screen.painter.state == "blocked"
        assert "params, line 1" in bench.screen.painter.reason
        assert "context.top_k: must be at most 50" in bench.screen.painter.reason
        await put_params(bench, "context: {top_k: 2, methd: bm25}")
        assert "context.methd: is not a field here; did you mean method?" in bench.screen.painter.reason


async def test_what_stands_for_documents_is_underlined_while_there_are_none(path: Path, open_bench: OpenBench) -> None:
    async with open_bench(path) as bench:
        assert reasons(bench) == {}
        await put_params(bench, "")
        assert "context: {top_k: 4} in the params" in reasons(bench)["context"]
        await put_params(bench, "context: {}")
        assert reasons(bench) == {}
        for name in DOCUMENTS:
            bench.project.documents.remove(name).result()
        bench.screen.project_edited()
        await bench.settle()
        assert reasons(bench)["context"].startswith("context: the project has no documents")
        first = bench.draft.cell(bench.screen.session.board.rows[0].id)
        assert first is not None and first.completion is not None
        assert first.completion.error == "the project has no documents: synterm add PROJECT document FILE"


async def test_the_why_of_a_cell_shows_what_was_found_and_whether_it_is_relevant(
    path: Path, open_bench: OpenBench
) -> None:
    async with open_bench(path, size=(140, 60)) as bench:
        await put_params(bench, "context: {top_k: 2}")
        told = request_section(await look(bench, "home"))
        assert "--- returns.md ---" in told, "the rendered message has all of it"
        assert "returns.md  ✓ relevant  You may return" in told
        assert "shipping.md  – not relevant  A parcel takes" in told and "[/red] {{ 7 * 7 }}" in told
        await bench.pilot.press("escape")
        await put_params(bench, "context: {top_k: 1}")
        told = request_section(await look(bench, "end"))
        assert "shipping.md  ✓ relevant" in told and "✗ returns.md is relevant, and was not found" in told


async def test_a_document_is_added_read_and_removed_and_each_is_taken_back(
    path: Path, tmp_path: Path, open_bench: OpenBench
) -> None:
    file = tmp_path / "returns.md"
    file.write_text("Nothing can be returned.")
    async with open_bench(path) as bench:
        bench.screen.action_add_document()
        await bench.pilot.pause()
        form = bench.app.screen
        assert isinstance(form, FormScreen)
        form.query_one("#field-file", Input).value = str(tmp_path / "none.md")
        await bench.pilot.press("ctrl+s")
        await bench.until(lambda: form.query("#wrong-file.-wrong"))
        assert "No such file" in str(form.query_one("#wrong-file", Static).content)
        form.query_one("#field-file", Input).value = str(file)
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert bench.project.documents.get("returns.md").text == "Nothing can be returned."
        assert answers(bench) == ["no idea", "no idea"], "what was asked with the text before does not count"

        bench.screen.action_documents()
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, ChooseScreen)
        await bench.pilot.press("enter")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, TextScreen) and "Nothing can be returned." in bench.text()
        await bench.pilot.press("escape")

        bench.screen.action_remove_document()
        await bench.pilot.pause()
        assert bench.app.screen.query_one(OptionList).option_count == 2
        await bench.pilot.press("enter")
        await bench.settle()
        assert [entry.name for entry in bench.project.documents.entries()] == ["shipping.md"]
        for _ in range(2):
            await bench.screen.action_undo()
        await bench.settle()
        assert bench.project.documents.get("returns.md").text == DOCUMENTS["returns.md"]
        assert answers(bench) == ["30 days", "no idea"]


async def test_a_document_that_another_window_changes_is_read_again(path: Path, open_bench: OpenBench) -> None:
    async with open_bench(path) as bench:
        assert answers(bench)[0] == "30 days"
        with Project.open(path) as other:
            other.documents.put(Document(name="returns.md", text="You may return a product within 60 days.")).result()
        await bench.until(lambda: answers(bench)[0] == "no idea")


async def test_the_answers_of_a_file_that_can_only_be_read_are_judged_with_what_they_found(
    path: Path, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_bench(path):
        pass

    def read_only(path: Path) -> bool:
        return bool(path)

    monkeypatch.setattr("synterm.storage.file_opened.is_read_only", read_only)
    async with open_bench(path) as bench:
        assert bench.project.read_only
        assert bench.verdicts() == [True, False]
