"""Someone else writes into the project file while it is open."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from synterm.core.case import Case
from synterm.core.model import ModelSpec
from synterm.core.prompt import HalfTyped, Message, Prompt, PromptBody
from synterm.storage import connect
from synterm.storage.project import Project
from synterm.tui.screens.workbench import sharing, watching
from synterm.tui.widgets.prompt.area import PromptArea
from tests.tui.conftest import Bench, MakeProject, OpenBench, body


@pytest.fixture(autouse=True)
def quick_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_LOOK_S", 0.02)
    monkeypatch.setattr(sharing, "_TYPING_S", 0.0)


@pytest.fixture
def typing_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever typed once counts as typing for the rest of the test."""
    monkeypatch.setattr(sharing, "_TYPING_S", 600.0)


def opened(bench: Bench) -> Prompt:
    prompt = bench.screen.session.prompt
    assert prompt is not None
    return prompt


def texts(bench: Bench) -> list[str]:
    return [area.text for area in bench.screen.prompt.areas]


def told(bench: Bench) -> str:
    return "\n".join(toast.message for toast in bench.app._notifications)


def other_messages() -> PromptBody:
    return PromptBody(messages=(Message(role="user", content="only this: {{ message }}"),))


async def until(bench: Bench, true: Callable[[], object]) -> None:
    await bench.until(true)
    await bench.settle()


async def test_cases_that_are_added_elsewhere_appear(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        scenario = bench.screen.session.tree.scenarios()[0].id
        with Project.open(path) as other:
            other.cases.put([Case(scenario_id=scenario, input={"message": "meet me"}, expected="schedule")]).result()
        await until(bench, lambda: len(bench.screen.session.rows) == 6)
        assert bench.draft.counts.fresh == 6
        assert "cases changed in another window" in bench.text()


async def test_a_case_that_is_removed_elsewhere_leaves_every_other_in_its_row(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "_LOOK_S", 3600)
    inputs = [(f"meet {number}", "schedule", "t") for number in range(250)]
    path = make_project(inputs=inputs)
    async with open_bench(path) as bench:
        bench.screen.grid.focus()
        await bench.pilot.press("s")
        with Project.open(path) as other:
            other.cases.remove([bench.screen.session.rows[210].id]).result()
        await bench.pilot.press("s", "end", "up")
        await bench.settle()
        shown = bench.screen.session.board.shown
        titles = [case.title for case in shown]
        assert [title for title in titles if title.startswith("meet")] == [
            f"meet {number}" for number in range(250) if number != 210
        ]
        assert "no longer in the project" in titles[210]
        assert "meet 248" in bench.text()
        await bench.pilot.press("r", *["up"] * 38, "R", "enter", "escape")
        await bench.settle()
        assert bench.screen.status.status.state == "idle"
        bench.screen.project_edited()
        await bench.settle()
        assert len(bench.screen.session.rows) == 249


async def test_a_file_that_another_program_locks_is_told_of_and_waited_for(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "log_is_safe", lambda *_: False)  # pyright: ignore[reportUnknownLambdaType]
    path = make_project(inputs=[(f"meet {number}", "schedule", "t") for number in range(250)])
    async with open_bench(path) as bench:
        other = connect.connect(path)
        other.execute("BEGIN EXCLUSIVE")
        await bench.until(lambda: "keeps the file" in bench.text())
        # A page that was not read yet.
        bench.screen.session.show_arranged([*reversed(bench.screen.session.rows.keys)])
        bench.screen.painter.show_rows()
        await bench.pilot.pause()
        assert "– no longer in" in bench.text()
        other.execute("COMMIT")
        other.conn.close()
        await bench.until(lambda: bench.screen.session.shown[0].title == "meet 249")
        assert bench.app.failure is None
        await bench.settle()


async def test_a_draft_that_is_typed_elsewhere_is_taken_over(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        prompt = bench.screen.session.prompt
        assert prompt is not None
        with Project.open(path) as other:
            other.prompts.save_draft(prompt.id, body("always clarify, they said")).result()
        area = bench.screen.prompt.query(PromptArea).first()
        await until(bench, lambda: area.text == "always clarify, they said")
        assert bench.verdicts() == [False, False, False, True, False]
        await bench.pilot.press("ctrl+z")
        await bench.settle()
        assert area.text == "Route the message."


async def test_answers_that_a_run_adds_change_nothing(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        with Project.open(path) as other:
            run = other.runs.start({}, who="ci", git_commit=None).result()
            other.runs.finish(run, "complete", {}).result()
        version = bench.project.version
        await until(bench, lambda: bench.screen._version == version)
        assert "another window" not in bench.text()
        assert bench.screen.session.board.rows


async def test_a_model_that_is_added_elsewhere_can_be_turned_to(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        with Project.open(path) as other:
            other.models.put(ModelSpec(name="second", model="scripted/rules", params={"default": "clarify"})).result()
        await until(bench, lambda: len(bench.screen.session.models) == 2)
        bench.screen.use_model("second")
        await bench.settle()
        assert bench.verdicts() == [False, False, False, True, False]


async def test_typing_goes_on_in_no_other_prompt_when_the_open_one_is_removed_elsewhere(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        bench.project.prompts.add("two", [("", body("the draft of two"))]).result()
        await bench.type("typed ")
        gone = opened(bench)
        with Project.open(path) as other:
            other.prompts.remove(gone.id).result()
        await until(bench, lambda: opened(bench).name == "two" and texts(bench)[:1] == ["the draft of two"])
        assert "Prompt router was removed in another window or command; two is open now." in told(bench)
        assert not bench.screen.prompt.has_focus_in()
        assert bench.project.prompts.get("two").draft == body("the draft of two")
        assert len(bench.verdicts()) == 5
        await bench.pilot.press("u")
        await bench.settle()
        back = bench.project.prompts.get("router")
        assert back.draft == body("typed Route the message.")
        assert [version.note for version in back.versions] == ["first", "second"]
        assert opened(bench).name == "router"
        assert texts(bench)[0] == "typed Route the message."
        await bench.pilot.press("escape", "U")
        await bench.settle()
        assert [prompt.name for prompt in bench.project.prompts.all()] == ["two"]


async def test_the_last_prompt_that_is_removed_elsewhere_can_be_brought_back(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        await bench.type("typed ")
        with Project.open(path) as other:
            other.prompts.remove(opened(bench).id).result()
        await until(bench, lambda: bench.screen.session.prompt is None)
        assert texts(bench) == []
        assert "no other is left. u brings it back with what you typed." in told(bench)
        await bench.pilot.press("3", "4", "u")
        await bench.settle()
        assert bench.project.prompts.get("router").draft == body("typed Route the message.")
        assert texts(bench)[0] == "typed Route the message."


async def test_a_prompt_that_is_added_elsewhere_is_opened_where_there_was_none(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    with Project.open(path) as project:
        project.prompts.remove(project.prompts.get("router").id).result()
    async with open_bench(path) as bench:
        with Project.open(path) as other:
            other.prompts.add("two", [("", body("the draft of two"))]).result()
        await until(bench, lambda: texts(bench)[:1] == ["the draft of two"])
        assert opened(bench).name == "two"
        assert "removed" not in told(bench)


@pytest.mark.usefixtures("typing_lasts")
async def test_who_types_keeps_their_text_and_has_it_on_disk(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        await bench.type("mine ")
        await bench.screen.session.drafts.saved()
        draft = body("mine Route the message.")
        for theirs in ("theirs", "theirs again"):
            with Project.open(path) as other:
                other.prompts.save_draft(opened(bench).id, body(theirs)).result()
                other.prompts.keep(opened(bench).id, body(theirs)).result()
            await until(bench, lambda: bench.project.prompts.get("router").draft == draft)
        assert texts(bench)[0] == "mine Route the message."
        assert told(bench).count("router is edited in another window too; this window's text is kept") == 1
        assert bench.screen.grid.board is bench.screen.session.board
        assert bench.screen.session.prompt_title == "router ▸ draft (v4 + edits)"


async def test_a_draft_that_comes_from_elsewhere_is_not_written_back(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        half = HalfTyped("half an exam", "temperature:")
        with Project.open(path) as other:
            other.prompts.save_draft(opened(bench).id, body("theirs"), half).result()
        await until(bench, lambda: texts(bench) == ["theirs", "{{ message }}", "half an exam", "temperature:"])
        theirs = bench.project.prompts.get("router")
        assert (theirs.draft, theirs.half) == (body("theirs"), half)
        assert bench.screen.session.body == body("theirs")
    with Project.open(path) as project:
        assert project.prompts.get("router") == theirs


async def test_other_messages_that_come_from_elsewhere_are_taken_back_with_what_was_half_typed(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        await bench.pilot.press("alt+3")
        await bench.pilot.pause()
        await bench.type("half an exam")
        await bench.settle()
        with Project.open(path) as other:
            other.prompts.save_draft(opened(bench).id, other_messages(), HalfTyped(None, "temperature:")).result()
        await until(bench, lambda: texts(bench) == ["only this: {{ message }}", "", "temperature:"])
        assert "alt+z undoes" in told(bench)
        assert bench.project.prompts.get("router").half == HalfTyped(None, "temperature:")
        await bench.pilot.press("alt+z")
        await bench.settle()
        assert texts(bench) == ["Route the message.", "{{ message }}", "half an exam", ""]
        await bench.screen.session.drafts.saved()
        assert bench.project.prompts.get("router").half == HalfTyped("half an exam", None)


async def test_a_draft_that_comes_while_cases_are_edited_here_is_not_missed(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    path = make_project()
    async with open_bench(path) as bench:
        with Project.open(path) as other:
            other.prompts.save_draft(opened(bench).id, body("theirs")).result()
            bench.screen.project_edited()
        await until(bench, lambda: texts(bench)[:1] == ["theirs"])
