"""Every kind of leak and of bad row, planted in a project: a training set of it holds none, and says why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from synterm.core.prompt import Example
from synterm.core.training import TrainingPlan, TrainingSet
from synterm.finetune.build import build
from synterm.storage.project import Project
from tests.conftest import MakeProject
from tests.finetune.guarded import empty_project, put
from tests.support.recording import record_run

LONG = "where is the parcel that I ordered on monday"


@pytest.fixture
def planted(make_project: MakeProject) -> Path:
    """What is fine, and one of each that is not, by its tag."""
    path = empty_project(make_project)
    with Project.open(path) as project:
        for text in ("move the call with ines to nine", "my invoice shows the wrong town", "who has the garden keys"):
            put(project, text, tags=("fine",))
        put(project, LONG, "holdout")
        put(project, "do you sell kettles made of glass", "dev", scenario="second", status="draft")
        put(project, "Do you sell kettles made of glass?", tags=("near-duplicate",))
        root = put(project, "can I pay by bank transfer", "dev")
        put(project, "which ways to pay are there", seed=root, tags=("lineage",))
        put(project, f"as I wrote before, and nobody answers me: {LONG}!", tags=("prompt-leak",))
        put(project, "an open question", expected=None, tags=("no-answer",))
        put(project, "lamps " * 3000, tags=("too-long",))
        put(project, "call me on +49 30 901820 please", tags=("private",))
        put(project, "what an evaluation is", "holdout", tags=("split",))
    return path


def made(path: Path, **plan: Any) -> tuple[TrainingSet, dict[str, set[str]]]:
    """The training set, and by tag of the planted cases the guards that refused them."""
    with Project.open(path) as project:
        found = build(project, TrainingPlan(prompt="router@v1", **plan))
        by: dict[str, set[str]] = {}
        for refusal in found.refusals:
            case = project.cases.get(refusal.case_id)
            for tag in case.tags or (case.split,):
                by.setdefault(tag, set()).add(refusal.guard)
        return found, by


@pytest.mark.parametrize("plan", [{}, {"near": 1.0}, {"splits": ("train", "dev", "holdout"), "balance": None}])
def test_each_planted_row_is_refused_by_its_guard_whatever_the_plan(planted: Path, plan: dict[str, Any]) -> None:
    found, by = made(planted, **plan)
    assert sorted(one.case.title for one in found.examples) == [
        "move the call with ines to nine",
        "my invoice shows the wrong town",
        "who has the garden keys",
    ]
    planted_kinds = ("near-duplicate", "lineage", "prompt-leak", "no-answer", "too-long", "private")
    assert {name: by[name] for name in planted_kinds} == {name: {name} for name in planted_kinds}
    if "splits" in plan:
        assert by["split"] == by["holdout"] == by["dev"] == {"split"}
    assert all(refusal.reason for refusal in found.refusals)


def test_an_example_of_the_prompt_leaks_into_every_row(planted: Path) -> None:
    with Project.open(planted) as project:
        prompt = project.prompts.get("router")
        shown = Example(input={"message": LONG.upper()}, expected="clarify")
        project.prompts.keep(prompt.id, prompt.draft.model_copy(update={"examples": (shown,)}), "").result()
        found = build(project, TrainingPlan(prompt="router@v2"))
    assert found.examples == ()
    said = {refusal.reason for refusal in found.refusals if refusal.guard == "prompt-leak"}
    [reason] = {words for words in said if "example" in words}
    assert reason.startswith("example 1 of the prompt holds what is asked in the holdout case")
    # A short instruction takes the place of the examples, and leaks nothing.
    with Project.open(planted) as project:
        found = build(project, TrainingPlan(prompt="router@v2", instructions={"*": ("Sort.",)}))
        assert len(found.examples) == 3
        found = build(project, TrainingPlan(prompt="router@v2", instructions={"*": (f"Sort. {LONG}: clarify",)}))
        assert found.examples == ()
        assert any("the instruction holds" in refusal.reason for refusal in found.refusals)


def test_recorded_answers_that_fail_are_what_to_avoid(planted: Path) -> None:
    record_run(planted, "--split", "train")
    found, _ = made(planted)
    assert {one.negatives[0].text for one in found.examples} == {"clarify"}
    assert all(one.tokens for one in found.examples)
