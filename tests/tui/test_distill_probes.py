"""Looking into a failure on the real app: shrinking, boundaries, neighbours, and what each type asks for."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from synterm.core.case import Case
from synterm.storage.cases import CaseFilter
from synterm.storage.project import Project
from synterm.tui.screens.case_form import CaseForm
from synterm.tui.screens.distill import DistillScreen
from synterm.tui.screens.distill_around import AroundScreen
from synterm.tui.screens.distill_boundary import BoundaryScreen
from synterm.tui.screens.distill_retry import RetryScreen
from synterm.tui.screens.distill_shrink import ShrinkScreen
from tests.support.http_stub import Messages, Stub
from tests.support.recording import record_run
from tests.tui.conftest import Bench, MakeProject, OpenBench, body, stubbed

INPUTS = [
    ("please send me the notes of the long planning meeting with Ines, when you can", "summarize", "long"),
    ("what did the notes from the short budget meeting say about the offsite in spring", "summarize", "long"),
    ("send the notes", "summarize", "terse"),
    ("asdf??", "summarize", "cryptic"),
]
EVERYTHING = CaseFilter(split=None, status=None)


def answer(messages: Messages) -> str:
    """Takes whatever has a meeting for something to clarify."""
    return "clarify" if "meeting" in messages[-1]["content"] else "summarize"


@pytest.fixture
def failing(make_project: MakeProject, stub: Stub) -> Path:
    """Two of four fail: those with a meeting."""
    stub.reply(answer)
    path = make_project(stubbed(stub), INPUTS, versions=[("first", body())])
    with Project.open(path) as project:
        model = project.models.all()[0]
        params = {**model.params, "temperature": 0}
        project.models.put(model.model_copy(update={"params": params})).result()
    record_run(path)
    return path


async def distill(bench: Bench) -> DistillScreen:
    bench.screen.grid.focus()
    await bench.pilot.press("d")
    await bench.settle()
    screen = bench.app.screen
    assert isinstance(screen, DistillScreen)
    return screen


def drafts(project: Project) -> list[Case]:
    return [case for case in project.cases.select(EVERYTHING) if case.status == "draft"]


async def test_a_failure_shrinks_and_its_pair_is_kept_as_drafts(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(140, 40)) as bench:
        screen = await distill(bench)
        await bench.pilot.press("enter", "s")
        await bench.settle()
        shrinking = bench.app.screen
        assert isinstance(shrinking, ShrinkScreen)
        assert shrinking.shrunk
        assert shrinking.shrunk.smallest.input == {"message": "meeting"}
        assert shrinking.shrunk.passing
        text = bench.text()
        assert "smallest" in text
        assert "→ 1 word" in text
        assert "nothing more can be left out" in text
        assert "requests of at most 60" in text
        await bench.pilot.press("k")
        await bench.settle()
        pair = drafts(bench.project)
        assert len(pair) == 2
        assert {case.origin.detail["side"] for case in pair} == {"fails", "passes"}
        # Once more adds nothing, and says so.
        await bench.pilot.press("k")
        await bench.settle()
        assert len(drafts(bench.project)) == 2
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.app.screen is screen
        await bench.pilot.press("t", "t")
        await bench.settle()
        assert "Found before 1" in bench.text()
        assert "meeting" in bench.text()
        await bench.pilot.press("u")
        await bench.settle()
        assert drafts(bench.project) == []
        # What was found is there the next time.
        await bench.pilot.press("escape")
        await distill(bench)
        assert "Found before 1" in bench.text()


async def test_shrinking_is_stopped_and_what_was_left_out_is_kept(
    failing: Path, open_bench: OpenBench, stub: Stub
) -> None:
    async with open_bench(failing, size=(140, 40)) as bench:
        await distill(bench)
        gate = Event()
        seen = len(stub.calls)

        def slow(messages: Messages) -> str:
            if len(stub.calls) > seen + 3:
                gate.wait(10)
            return answer(messages)

        stub.reply(slow)
        await bench.pilot.press("enter", "s")
        shrinking = bench.app.screen
        assert isinstance(shrinking, ShrinkScreen)
        await bench.until(lambda: len(stub.calls) > seen + 3)
        await bench.pilot.pause(0.2)
        assert "trying" in bench.text()
        await bench.pilot.press("escape")
        gate.set()
        await bench.until(lambda: not shrinking.running)
        assert "stopped" in bench.text()
        assert bench.app.screen is shrinking
        # And goes on.
        stub.reply(answer)
        await bench.pilot.press("r")
        await bench.settle()
        assert shrinking.shrunk and shrinking.shrunk.ended == "nothing more can be left out"
        assert shrinking.cached


async def test_a_boundary_is_plotted_and_kept(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(140, 40)) as bench:
        await distill(bench)
        await bench.pilot.press("enter", "m")
        await bench.pilot.pause()
        assert "Vary what?" in bench.text()
        await bench.pilot.press("2")
        await bench.settle()
        mapping = bench.app.screen
        assert isinstance(mapping, BoundaryScreen)
        assert mapping.boundary and mapping.boundary.dimension == "length"
        assert mapping.boundary.flips
        text = bench.text()
        assert "fails from" in text or "turns" in text
        assert "share that passes" in text or "Passes" in text
        await bench.pilot.press("escape")
        await bench.pilot.press("t", "t")
        await bench.settle()
        assert "length" in bench.text()
        assert len(bench.project.findings.all("boundary")) == 1


async def test_what_can_not_be_varied_is_said(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(100, 30)) as bench:
        await distill(bench)
        await bench.pilot.press("enter", "m")
        await bench.pilot.pause()
        await bench.pilot.press("3")
        await bench.settle()
        assert "no other wordings" in bench.text()


async def test_a_cluster_becomes_a_scenario_and_is_taken_back(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(140, 40)) as bench:
        screen = await distill(bench)
        before = len(bench.project.nodes.tree().scenarios())
        await bench.pilot.press("down", "v")
        await bench.settle()
        around = bench.app.screen
        assert isinstance(around, AroundScreen)
        assert around.found and around.found.failed
        assert "new scenario" in bench.text()
        assert "pass rate" in bench.text()
        assert len(bench.project.nodes.tree().scenarios()) == before + 1
        assert len(bench.screen.session.tree.scenarios()) == before + 1, "the workbench knows it"
        await bench.pilot.press("escape")
        await bench.settle()
        assert bench.app.screen is screen
        await bench.pilot.press("u")
        await bench.settle()
        assert len(bench.project.nodes.tree().scenarios()) == before
        await bench.pilot.press("U")
        await bench.settle()
        assert len(bench.project.nodes.tree().scenarios()) == before + 1
        assert drafts(bench.project)


async def act(bench: Bench, kind: str) -> None:
    """Confirm a type for the first failure, and do what it asks for."""
    screen = await distill(bench)
    await bench.pilot.press("enter", "space", kind)
    await bench.settle()
    screen.failures.cursor = 0
    await bench.pilot.press("a")
    # Not until it is done: it may wait for a form.
    for _ in range(5):
        await bench.pilot.pause(0.05)


async def test_a_gap_becomes_a_behavior_of_its_own(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(140, 40)) as bench:
        await act(bench, "1")
        await bench.type("Meetings")
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        tree = bench.project.nodes.tree()
        assert any("Meetings" in tree.path(node.id) for node in tree.scenarios())
        assert len(drafts(bench.project)) == 1
        await bench.pilot.press("u")
        await bench.settle()
        assert drafts(bench.project) == []


async def test_an_error_of_the_model_becomes_a_candidate_for_training(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(140, 40)) as bench:
        await act(bench, "2")
        await bench.settle()
        tagged = [case for case in bench.project.cases.select(EVERYTHING) if "training-candidate" in case.tags]
        assert len(tagged) == 1
        await bench.pilot.press("u")
        await bench.settle()
        assert not [case for case in bench.project.cases.select(EVERYTHING) if "training-candidate" in case.tags]


async def test_a_wrong_label_is_mended_in_the_form_of_the_case(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(140, 40)) as bench:
        await act(bench, "3")
        assert isinstance(bench.app.screen, CaseForm)
        bench.app.screen.query_one("#expected").text = "clarify"  # type: ignore[attr-defined]
        await bench.pilot.press("ctrl+s")
        await bench.settle()
        assert isinstance(bench.app.screen, DistillScreen)
        assert sum(case.expected == "clarify" for case in bench.project.cases.select(EVERYTHING)) == 1


async def test_an_error_of_the_judge_becomes_a_label_for_calibration(failing: Path, open_bench: OpenBench) -> None:
    async with open_bench(failing, size=(140, 40)) as bench:
        await act(bench, "4")
        await bench.settle()
        assert [review.passed for review in bench.project.reviews.all()] == [True]
        await bench.pilot.press("u")
        await bench.settle()
        assert [*bench.project.reviews.all()] == []


async def test_infrastructure_is_asked_once_more(failing: Path, open_bench: OpenBench, stub: Stub) -> None:
    async with open_bench(failing, size=(140, 40)) as bench:
        before = len(stub.calls)
        await act(bench, "5")
        await bench.settle()
        assert isinstance(bench.app.screen, RetryScreen)
        assert len(stub.calls) == before + 1
        assert "1 have a verdict now" in bench.text()
