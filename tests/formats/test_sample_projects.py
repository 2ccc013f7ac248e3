from __future__ import annotations

from pathlib import Path

import pytest

from synterm.checks.base import Answer
from synterm.checks.registry import load_check
from synterm.core.completion import Completion, Outcome
from synterm.core.evaluation import CheckResult
from synterm.core.render import Renderer
from synterm.core.tree import Tree
from synterm.formats.project_text import ProjectText, read_project_text
from synterm.paths import samples_dir

SAMPLES = sorted(samples_dir().glob("*/project.yaml"))


@pytest.fixture(params=SAMPLES, ids=[path.parent.name for path in SAMPLES])
def sample(request: pytest.FixtureRequest) -> ProjectText:
    path: Path = request.param
    return read_project_text(path)


def test_there_are_sample_projects() -> None:
    assert SAMPLES


def test_a_sample_has_something_to_evaluate(sample: ProjectText) -> None:
    assert sample.models
    assert sample.prompts
    assert sample.cases


def test_every_case_of_a_sample_renders_under_its_first_prompt(sample: ProjectText) -> None:
    renderer = Renderer(sample.prompts[0].draft)
    assert all(renderer.render(case.input) for case in sample.cases)


def test_every_case_of_a_sample_can_be_judged(sample: ProjectText) -> None:
    tree = Tree(sample.nodes)
    for case in sample.cases:
        answer = Answer(Completion(Outcome.COMPLETE, str(case.expected), latency_ms=1.0, cost_usd=0.0), case)
        results = [load_check(config).judge(answer) for config in tree.checks(case.scenario_id)]
        assert results
        assert all(isinstance(result, CheckResult) for result in results)


def test_no_case_of_a_sample_stands_twice_in_a_scenario(sample: ProjectText) -> None:
    contents = [(case.scenario_id, case.content_id) for case in sample.cases]
    assert len(set(contents)) == len(contents)
