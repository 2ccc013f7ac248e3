"""An empty project is filled without leaving the workbench."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from textual.widgets import Input, Static

from synterm.core.case import Case
from synterm.core.model import Price
from synterm.storage.project import Project
from synterm.tui.screens.confirm import ConfirmScreen
from synterm.tui.screens.forms import FormScreen
from synterm.tui.widgets.prompt.area import PromptArea
from tests.tui.conftest import Bench, MakeProject, OpenBench, body, scripted

LABEL = '{"type": "label", "labels": ["schedule", "clarify"]}'
SECRET = "sk-1234567890abcdef"


async def fill(bench: Bench, values: Mapping[str, str]) -> FormScreen:
    """Put texts into the fields of the form that opens."""
    await bench.pilot.pause()
    shown = bench.app.screen
    assert isinstance(shown, FormScreen)
    for name, text in values.items():
        widget = shown.query_one(f"#field-{name}")
        if isinstance(widget, PromptArea):
            widget.text = text
        else:
            assert isinstance(widget, Input)
            widget.value = text
    return shown


async def save(bench: Bench, values: Mapping[str, str]) -> None:
    await fill(bench, values)
    await bench.pilot.press("ctrl+s")
    await bench.settle()
    assert bench.app.screen is bench.screen


async def refused(bench: Bench, values: Mapping[str, str]) -> str:
    """What the form says when it can't be saved."""
    shown = await fill(bench, values)
    await bench.pilot.press("ctrl+s")
    await bench.until(lambda: shown.query(".-wrong") or bench.app.screen is not shown)
    assert bench.app.screen is shown, "it stays open"
    wrong = list(shown.query(".-wrong").results(Static))
    return " ".join(f"{line.id}: {line.content}" for line in wrong)


async def test_an_empty_project_becomes_one_that_is_evaluated(tmp_path: Path, open_bench: OpenBench) -> None:
    path = tmp_path / "empty.db"
    Project.create(path, "empty").close()
    async with open_bench(path) as bench:
        bench.screen.behaviors.focus()
        for name in ("Routing", "Clear", "plain"):
            await bench.pilot.press("n")
            await save(bench, {"name": name, "checks": LABEL if name == "Routing" else ""})
        scenario = bench.screen.behaviors.chosen
        assert scenario is not None
        await bench.pilot.press("A")
        params = 'rules=[{"match": "meet", "in": "user", "answer": "schedule"}]\ndefault=clarify'
        await save(bench, {"name": "script", "model": "scripted/rules", "params": params})
        await bench.pilot.press("N")
        await save(bench, {"name": "router", "system": "Route."})
        case = Case(scenario_id=scenario, input={"message": "meet me"}, expected="schedule")
        bench.project.cases.put([case]).result()
        bench.screen.project_edited()
        await bench.settle()
        assert bench.verdicts() == [True]
        assert [area.text for area in bench.screen.prompt.query(PromptArea)][:2] == ["Route.", "{{ message }}"]
        assert bench.project.prompts.get("router").versions[0].body == body("Route.")


async def test_undoing_a_new_prompt_leaves_none_open(tmp_path: Path, open_bench: OpenBench) -> None:
    path = tmp_path / "empty.db"
    Project.create(path, "empty").close()
    async with open_bench(path) as bench:
        bench.screen.behaviors.focus()
        await bench.pilot.press("N")
        await save(bench, {"name": "router"})
        bench.screen.behaviors.focus()
        await bench.pilot.press("u")
        await bench.settle()
        assert bench.project.prompts.all() == []
        assert bench.screen.session.prompt is None
        assert not bench.screen.prompt.query(PromptArea)
        await bench.pilot.press("U")
        await bench.settle()
        assert bench.screen.session.prompt is not None
        assert bench.screen.prompt.query(PromptArea)


PROMPTS_THAT_CANNOT_BE: list[tuple[dict[str, str], str]] = [
    ({"name": "router"}, "wrong-name: ✗ there is a prompt of that name"),
    ({"name": "a@b"}, "wrong-name: ✗ must be"),
    ({"name": "x", "user": "{{ message"}, "wrong-user: ✗"),
    ({"name": "x", "user": " "}, "wrong-user: ✗ a prompt needs"),
]
MODELS_THAT_CANNOT_BE: list[tuple[dict[str, str], str]] = [
    ({"name": "script", "model": "openai/x"}, "wrong-name: ✗ there is a model"),
    ({"name": "x", "model": ""}, "wrong-model: ✗ must not be empty"),
    ({"name": "x", "model": "openai/x", "params": "temperatur=1"}, "wrong-params: ✗ model openai/x takes no"),
    ({"name": "x", "model": "openai/x", "params": f"api_key={SECRET}"}, "wrong-params: ✗ model openai/x takes no"),
    ({"name": "x", "model": "openai/x", "params": "temperature"}, "wrong-params: ✗ 'temperature' is not"),
    ({"name": "x", "model": "openai/x", "price": "cheap"}, "wrong-price: ✗ 'cheap' is not"),
    ({"name": "x", "model": "openai/x", "price": "-1/2"}, "wrong-price: ✗ must be at least 0"),
    ({"name": "x", "model": "openai/x", "api_key_env": SECRET}, "wrong-api_key_env: ✗ is no name"),
]


async def test_prompts_and_models_that_cannot_be_are_refused(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        for key, refusals in (("N", PROMPTS_THAT_CANNOT_BE), ("A", MODELS_THAT_CANNOT_BE)):
            for values, words in refusals:
                bench.screen.behaviors.focus()
                await bench.pilot.press(key)
                said = await refused(bench, values)
                assert words in said, values
                assert SECRET not in said, values
                await bench.pilot.press("escape")
                await bench.pilot.pause()
                await bench.pilot.press("y")
                await bench.settle()
                assert bench.app.screen is bench.screen, values
        assert [model.name for model in bench.project.models.all()] == ["script"]
        assert [prompt.name for prompt in bench.project.prompts.all()] == ["router"]


async def test_a_model_is_edited_and_what_the_form_does_not_show_stays(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    model = scripted().model_copy(update={"rpm": 6000, "constrain": True})
    async with open_bench(make_project(model)) as bench:
        bench.screen.behaviors.focus()
        await bench.pilot.press("E")
        await save(bench, {"name": "rules", "price": "0.15/0.6"})
        changed = model.model_copy(update={"name": "rules", "price": Price(input=0.15, output=0.6)})
        assert bench.project.models.all() == [changed]
        assert bench.screen.session.model == changed
        await bench.pilot.press("u")
        await bench.settle()
        assert bench.project.models.all() == [model]


async def test_a_model_that_lacks_its_key_is_added_with_a_warning(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    async with open_bench(make_project()) as bench:
        bench.screen.behaviors.focus()
        await bench.pilot.press("A")
        await save(bench, {"name": "gpt", "model": "openai/gpt-4o-mini", "api_key_env": "NO_SUCH_KEY"})
        assert [model.name for model in bench.project.models.all()] == ["script", "gpt"]
        assert any("needs a key" in toast.message for toast in bench.app._notifications)


async def test_prompts_and_models_are_removed_after_a_question_and_come_back(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project()) as bench:
        before = (bench.project.prompts.all(), bench.project.models.all())
        for remove in (bench.screen.action_remove_prompt, bench.screen.action_remove_model):
            remove()
            await bench.pilot.pause()
            assert isinstance(bench.app.screen, ConfirmScreen)
            await bench.pilot.press("y")
            await bench.settle()
        assert (bench.project.prompts.all(), bench.project.models.all()) == ([], [])
        assert bench.screen.session.board.columns == []
        bench.screen.behaviors.focus()
        await bench.pilot.press("u")
        await bench.settle()
        await bench.pilot.press("u")
        await bench.settle()
        assert (bench.project.prompts.all(), bench.project.models.all()) == before
        assert bench.verdicts() == [True, True, True, True, False]


async def test_a_prompt_is_renamed(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.action_rename_prompt()
        await save(bench, {"name": "guide"})
        assert bench.project.prompts.get("guide").draft == body()
        assert "guide" in bench.text()
        bench.screen.behaviors.focus()
        await bench.pilot.press("u")
        await bench.settle()
        assert bench.project.prompts.get("router").draft == body()


async def test_enter_saves_a_form_of_one_line(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.action_rename_prompt()
        shown = await fill(bench, {"name": ""})
        assert "enter saves · esc leaves" in bench.text()
        await bench.pilot.press("enter")
        await bench.pilot.pause()
        assert bench.app.screen is shown, "what is wrong is said under the field, and the form stays"
        await fill(bench, {"name": "guide"})
        await bench.pilot.press("enter")
        await bench.settle()
        assert bench.app.screen is bench.screen
        assert bench.project.prompts.get("guide").draft == body()


async def test_leaving_asks_where_a_form_would_be_lost(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.behaviors.focus()
        await bench.pilot.press("N")
        shown = await fill(bench, {"system": "much work"})
        await bench.pilot.press("ctrl+q", "ctrl+q")
        await bench.pilot.pause()
        assert isinstance(bench.app.screen, ConfirmScreen)
        assert "New prompt: what you changed is not saved" in bench.text()
        await bench.pilot.press("escape")
        await bench.pilot.pause()
        assert bench.app.screen is shown, "one question, however often the key is pressed"
        assert bench.app.is_running and bench.app.return_code is None
        await bench.pilot.press("ctrl+q", "y")
        assert bench.app.return_code == 0


async def test_leaving_asks_nothing_where_nothing_was_typed(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(make_project()) as bench:
        bench.screen.behaviors.focus()
        await bench.pilot.press("N")
        await fill(bench, {})
        await bench.pilot.press("ctrl+q")
        assert bench.app.return_code == 0
