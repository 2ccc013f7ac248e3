"""The samples that come with synterm: a right answer passes, and each of their parts has something to say."""

from __future__ import annotations

from pathlib import Path

import pytest

from synterm.checks.base import Answer
from synterm.checks.registry import load_check
from synterm.core.case import Case, value_text
from synterm.core.completion import Completion, Outcome
from synterm.core.dialog import FINISH, Transcript, Turn, dialog_of, opened
from synterm.core.render import Renderer
from synterm.core.tree import Tree
from synterm.describe.duplicates import near_duplicates
from synterm.formats.project_text import ProjectText, read_project_text
from synterm.paths import samples_dir

SAMPLES = sorted(samples_dir().glob("*/project.yaml"))
ASKING = ("Which day?", "A table at what time?", "Which day is it, for how many people?")
"""What a good assistant may say before it books, none of it twice."""


@pytest.fixture(params=SAMPLES, ids=[path.parent.name for path in SAMPLES])
def sample(request: pytest.FixtureRequest) -> ProjectText:
    path: Path = request.param
    return read_project_text(path)


def test_there_are_sample_projects() -> None:
    assert {path.parent.name for path in SAMPLES} >= {"meeting_router", "invoice_mail", "table_booking"}


def test_a_sample_has_something_to_evaluate(sample: ProjectText) -> None:
    assert sample.models
    assert sample.prompts
    assert {case.split for case in sample.cases} >= {"dev", "holdout"}
    assert all(case.tags for case in sample.cases)


def test_a_sample_says_of_each_version_what_is_new(sample: ProjectText) -> None:
    assert all(version.note for prompt in sample.prompts for version in prompt.versions)
    assert all(len(prompt.versions) > 1 for prompt in sample.prompts)


def test_every_scenario_of_a_sample_has_a_check_and_cases_to_work_on(sample: ProjectText) -> None:
    tree = Tree(sample.nodes)
    dev = {case.scenario_id for case in sample.cases if case.split == "dev"}
    for scenario in tree.scenarios():
        assert tree.checks(scenario.id), tree.path(scenario.id)
        assert scenario.id in dev, tree.path(scenario.id)


def test_every_case_of_a_sample_renders_under_its_first_prompt(sample: ProjectText) -> None:
    renderer = Renderer(sample.prompts[0].draft)
    assert all(renderer.render(opened(case.input)) for case in sample.cases)


def test_an_answer_as_each_case_of_a_sample_expects_it_passes_all_its_checks(sample: ProjectText) -> None:
    tree = Tree(sample.nodes)
    for case in sample.cases:
        answer = Answer(right_answer(case), case)
        results = [
            check.judge(answer) for config in tree.checks(case.scenario_id) if (check := load_check(config)).weight
        ]
        assert results
        assert not [(case.input, result) for result in results if not result.passed]


def test_the_examples_of_a_sample_are_answers_that_its_checks_can_read(sample: ProjectText) -> None:
    """Also those that are written as text: the form that answers are held to is that of the examples."""
    configs = [config for node in sample.nodes for config in node.checks]
    for config in configs:
        if (check := load_check(config)).type != "is-json":
            continue
        for example in sample.prompts[0].draft.examples:
            case = Case(scenario_id="", input=dict(example.input), expected=example.expected)
            assert check.judge(Answer(complete(value_text(example.expected)), case)).passed


def test_no_case_of_a_sample_is_nearly_one_of_another_split(sample: ProjectText) -> None:
    split = {case.id: case.split for case in sample.cases}
    text = {case.id: case.input for case in sample.cases}
    for group in near_duplicates(sample.cases, 0.85):
        assert len({split[case_id] for case_id in group.ids}) == 1, [text[case_id] for case_id in group.ids]


def test_no_case_of_a_sample_stands_twice_in_a_scenario(sample: ProjectText) -> None:
    contents = [(case.scenario_id, case.content_id) for case in sample.cases]
    assert len(set(contents)) == len(contents)


def right_answer(case: Case) -> Completion:
    """What the case expects, as a model would answer it; for a dialog, all of it."""
    spec = dialog_of(case.input)
    if spec is None:
        return complete(value_text(case.expected))
    lines = spec.turns or (spec.opening or "hello",)
    said = [*ASKING[: len(lines) - 1], f"Booked: {' '.join(case.expected or ['booked'])}, people."]
    turns = [
        turn
        for line, answer in zip(lines, said, strict=True)
        for turn in (Turn("user", line), Turn("assistant", answer))
    ]
    end = "script ended" if spec.turns else "decided"
    return Completion(Outcome.COMPLETE, Transcript(tuple(turns), end).json(), f"{FINISH}{end}")


def complete(text: str) -> Completion:
    """A text as an answer that cost nothing."""
    return Completion(Outcome.COMPLETE, text, latency_ms=1.0, cost_usd=0.0)
