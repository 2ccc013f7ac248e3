from __future__ import annotations

from pathlib import Path

import pytest

from synterm.cli.main import main
from synterm.core.case import Case
from synterm.storage.project import Project
from synterm.tui.finetune.reading import Counter
from synterm.tui.screens.finetune import FineTuneScreen
from synterm.tui.screens.finetune_aside import AsideScreen
from synterm.tui.screens.finetune_export import ExportScreen
from synterm.tui.screens.text import TextScreen
from synterm.tui.widgets.path_input import PathInput
from tests.tui.conftest import Bench, MakeProject, OpenBench

TRAIN = [
    ("book the blue room for tuesday at nine", "schedule"),
    ("put a call with Ana on my calendar", "schedule"),
    ("sum up yesterday's long thread with legal", "summarize"),
    ("qwerty uiop", "clarify"),
]


def with_train(path: Path) -> Path:
    """The project with cases to learn from, and one that is much like a dev case."""
    with Project.open(path) as project:
        first = next(iter(project.cases.select()))
        rows = [*TRAIN, ("can we meet tmrw?", "schedule")]
        made = [
            Case(scenario_id=first.scenario_id, input={"message": text}, expected=label, split="train")
            for text, label in rows
        ]
        project.cases.put(made).result()
    return path


async def finetune(bench: Bench) -> FineTuneScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("F")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, FineTuneScreen)
    return screen


async def test_it_shows_what_is_learnt_and_what_is_refused_and_why(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(with_train(make_project()), size=(140, 44)) as bench:
        screen = await finetune(bench)
        assert screen.counted is not None
        assert {one.case.input["message"] for one in screen.counted.found.examples} == {text for text, _ in TRAIN}
        text = bench.text()
        assert "router@v2 · 5 cases · 4 examples" in text
        assert "✗ 1 refused" in text
        assert "Routing/Clear" in text
        await bench.pilot.press("t")
        await bench.settle()
        assert "much like evaluation cases" in bench.text()
        await bench.pilot.press("enter")
        await bench.settle()
        assert isinstance(bench.app.screen, TextScreen)
        assert "What it would leak" in bench.text()
        assert "can we meet tmrw\n" in "\n".join(line.strip(" │┃") for line in bench.text().splitlines()) + "\n"


async def test_each_change_of_the_form_is_counted_anew(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(with_train(make_project()), size=(140, 44)) as bench:
        screen = await finetune(bench)
        screen.form.query_one("#plan-limit").focus()
        await bench.pilot.press("2")
        await bench.settle()
        assert screen.counted is not None
        assert len(screen.counted.found.examples) == 2
        assert "left out for limit" in bench.text()
        await bench.pilot.press("x")
        await bench.settle()
        assert "✗ Limit: '2x' is no number" in bench.text()
        assert screen.has_class("-stale")
        await bench.pilot.press("backspace")
        await bench.settle()
        assert not screen.has_class("-stale")
        screen.form.write("behaviors", "Nowhere")
        await bench.settle()
        assert "nothing in the tree matches 'Nowhere'" in " ".join(bench.text().split())


async def test_who_is_superseded_while_it_waits_never_counts(make_project: MakeProject) -> None:
    from synterm.core.training import TrainingPlan

    plan = TrainingPlan(prompt="router@v2")
    with Project.open(with_train(make_project())) as project:
        counter = Counter()
        assert counter.count(project, plan, lambda: True, lambda words: None) is None
        asked: list[bool] = []

        def left() -> bool:
            asked.append(True)
            return len(asked) > 3

        assert counter.count(project, plan, left, lambda words: None) is None
        found = counter.count(project, plan, lambda: False, lambda words: None)
        assert found is not None
        assert len(found.found.examples) == len(TRAIN)


async def test_without_cases_to_learn_from_it_offers_to_set_some_aside(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(make_project(), size=(130, 40)) as bench:
        screen = await finetune(bench)
        assert "No cases to learn from yet." in bench.text()
        assert "Set aside …  a" in bench.text()
        await bench.pilot.press("a")
        await bench.until(lambda: isinstance(bench.app.screen, AsideScreen) and "would move" in bench.text())
        await bench.pilot.press("enter")
        await bench.settle()
        assert bench.app.screen is screen
        learnt = [case for case in bench.project.cases.select() if case.split == "train"]
        assert learnt
        assert screen.counted is not None
        assert len(screen.counted.found.examples) == len(learnt)
        await bench.pilot.press("u")
        await bench.settle()
        assert not [case for case in bench.project.cases.select() if case.split == "train"]
        assert "No cases to learn from yet." in bench.text()


async def test_it_writes_the_bytes_that_the_command_writes(
    make_project: MakeProject, open_bench: OpenBench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = with_train(make_project())
    async with open_bench(path, size=(130, 40)) as bench:
        screen = await finetune(bench)
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        dialog = bench.app.screen
        assert isinstance(dialog, ExportScreen)
        dialog.query_one(PathInput).take(str(tmp_path / "here"))
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert "✓ trl-sft" in bench.text()
        assert "the same project state gives the same bytes" in bench.text()
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.app.screen is screen
    assert main(["export", str(path), "--format", "trl-sft", "-o", str(tmp_path / "there")]) == 0
    here = {file.name: file.read_bytes() for file in (tmp_path / "here").iterdir()}
    assert here == {file.name: file.read_bytes() for file in (tmp_path / "there").iterdir()}
    capsys.readouterr()


async def test_a_folder_that_holds_something_else_is_left_alone(
    make_project: MakeProject, open_bench: OpenBench, tmp_path: Path
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    async with open_bench(with_train(make_project()), size=(130, 40)) as bench:
        await finetune(bench)
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        bench.app.screen.query_one(PathInput).take(str(tmp_path / "mine"))
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert "✗" in bench.text()
        assert [file.name for file in (tmp_path / "mine").iterdir()] == ["notes.txt"]


async def test_one_example_can_be_left_out_and_taken_back(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(with_train(make_project()), size=(140, 44)) as bench:
        screen = await finetune(bench)
        one = screen.example
        assert one is not None
        await bench.pilot.press("3", "x")
        await bench.settle()
        assert bench.project.cases.get(one.case.id).status == "rejected"
        assert screen.counted is not None
        assert one.case.id not in {each.case.id for each in screen.counted.found.examples}
        await bench.pilot.press("u")
        await bench.settle()
        assert bench.project.cases.get(one.case.id).status == "accepted"


async def test_the_scope_of_the_workbench_is_the_plan_it_opens_with(
    make_project: MakeProject, open_bench: OpenBench
) -> None:
    async with open_bench(with_train(make_project()), size=(140, 44)) as bench:
        tree = bench.screen.session.tree
        node = next(node for node in tree.walk() if node.name == "Unclear")
        bench.screen.behaviors.choose(node.id)
        await bench.settle()
        screen = await finetune(bench)
        assert screen.plan is not None
        assert screen.plan.behaviors == ("Routing/Unclear",)
        await bench.pilot.press("y")
        await bench.settle()
        assert "--behavior=Routing/Unclear" in " ".join(bench.app.clipboard.split())


async def test_training_says_what_to_install_or_asks_how(
    make_project: MakeProject, open_bench: OpenBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synterm.finetune.train import libraries

    monkeypatch.setattr(libraries, "PACKAGES", ("no_such_library",))
    async with open_bench(with_train(make_project()), size=(140, 44)) as bench:
        screen = await finetune(bench)
        await bench.pilot.press("T")
        await bench.settle()
        assert bench.app.screen is screen
        assert "pip install 'synterm[train]'" in bench.text()


async def test_on_a_small_screen_panes_are_tabs(make_project: MakeProject, open_bench: OpenBench) -> None:
    async with open_bench(with_train(make_project()), size=(80, 24)) as bench:
        await finetune(bench)
        assert "1 Plan   2 Behaviors   3 Rows" in bench.text()
        assert "Routing/Clear" in bench.text()
        await bench.pilot.press("3")
        await bench.settle()
        assert "✓ learn" in bench.text()
        await bench.pilot.press("1")
        await bench.settle()
        assert "Which cases" in bench.text()
        await bench.pilot.press("escape")
        await bench.settle()
        assert "4 to train on" in bench.text() or "3 to train on" in bench.text()


async def test_hostile_text_is_shown_as_text(make_project: MakeProject, open_bench: OpenBench) -> None:
    path = make_project()
    with Project.open(path) as project:
        first = next(iter(project.cases.select()))
        text = "[/red]\x1b[31m[bold]pay $(rm) now\u202e"
        bad = Case(scenario_id=first.scenario_id, input={"message": text}, expected="schedule", split="train")
        project.cases.put([bad]).result()
    async with open_bench(path, size=(140, 44)) as bench:
        screen = await finetune(bench)
        assert "[bold]pay $(rm) now" in bench.text()
        assert "\x1b" not in bench.text()
        await bench.pilot.press("3", "enter")
        await bench.settle()
        assert "[bold]pay $(rm) now" in bench.text()
        assert screen.counted is not None
