"""From prompts, models and cases to tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from synterm.core.case import Case
from synterm.core.evaluation import Task, Variant
from synterm.core.model import ModelSpec
from synterm.core.prompt import Message, Prompt, PromptBody, PromptVersion
from synterm.core.request import JsonSchema, Labels
from synterm.core.tree import Node, Tree
from synterm.errors import InputError, NotFoundError, ProjectError
from synterm.evaluate.checklist import Checklist
from synterm.evaluate.plan import plan, rendered
from synterm.evaluate.variants import choose_prompts, make_variants
from tests.evaluate.stage import variant

LOCAL = ModelSpec(name="local", model="embedded/default", params={"temperature": 0, "max_tokens": 16})
STUB = ModelSpec(name="stub", model="openai/stub")


def body(text: str) -> PromptBody:
    return PromptBody(messages=(Message(role="user", content=text),))


ONE, TWO, TYPED = body("one"), body("two"), body("typed")
KEPT = Prompt(
    name="router",
    draft=TYPED,
    versions=(PromptVersion(body=ONE, number=1), PromptVersion(body=TWO, number=2)),
)
UNCHANGED = KEPT.model_copy(update={"name": "same", "draft": TWO})
NEW = Prompt(name="new", draft=TYPED)
PROMPTS = [KEPT, UNCHANGED, NEW]


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], [("router", "draft", TYPED), ("same", "v2", TWO), ("new", "draft", TYPED)]),
        (["router"], [("router", "v2", TWO)]),
        (["new"], [("new", "draft", TYPED)]),
        (["router@v1"], [("router", "v1", ONE)]),
        (["router@1"], [("router", "v1", ONE)]),
        (["router@draft"], [("router", "draft", TYPED)]),
        (["same@draft"], [("same", "v2", TWO)]),
        (["router@all"], [("router", "v1", ONE), ("router", "v2", TWO)]),
        (["new@all"], [("new", "draft", TYPED)]),
        (["new", "router@1"], [("new", "draft", TYPED), ("router", "v1", ONE)]),
    ],
)
def test_prompts_are_chosen_by_name_and_version(names: list[str], chosen: list[tuple[str, str, PromptBody]]) -> None:
    assert choose_prompts(PROMPTS, names) == chosen


@pytest.mark.parametrize(
    ("name", "says", "hint"),
    [
        ("ruoter", "no prompt named 'ruoter'", "did you mean router?"),
        ("router@v9", "no version v9", "it has: v1, v2"),
        ("new@1", "no version 1", "it has: none kept yet"),
        ("router@latest", "'latest' is no version", "write NAME@v2, NAME@draft or NAME@all"),
        ("router@-1", "'-1' is no version", "write NAME@v2, NAME@draft or NAME@all"),
        ("router@²", "'²' is no version", "write NAME@v2, NAME@draft or NAME@all"),
    ],
)
def test_a_prompt_or_version_that_is_not_there_is_named(name: str, says: str, hint: str) -> None:
    with pytest.raises((NotFoundError, InputError), match=says) as refusal:
        choose_prompts(PROMPTS, [name])
    assert refusal.value.hint == hint


def test_a_project_without_prompts_or_models_says_how_to_get_one() -> None:
    with pytest.raises(ProjectError, match="no prompt") as refusal:
        choose_prompts([], [])
    assert "synterm add" in (refusal.value.hint or "")
    with pytest.raises(ProjectError, match="no model") as refusal:
        make_variants([("router", "v1", ONE)], [])
    assert "synterm add" in (refusal.value.hint or "")


def test_every_prompt_goes_under_every_model_once() -> None:
    choices = choose_prompts(PROMPTS, ["router@1", "router@2", "same@2"])
    assert [made.name for made in make_variants(choices, [LOCAL, STUB, LOCAL])] == [
        "router@v1 · local",
        "same@v2 · local",
        "router@v1 · stub",
        "same@v2 · stub",
    ]


def checklist_of(*checks: dict[str, Any]) -> tuple[Checklist, str]:
    feature = Node(level="feature", name="f", checks=checks[:1])
    behavior = Node(level="behavior", name="b", parent_id=feature.id)
    scenario = Node(level="scenario", name="s", parent_id=behavior.id, checks=checks[1:])
    return Checklist(Tree([feature, behavior, scenario])), scenario.id


def test_checks_of_the_nodes_above_come_first() -> None:
    label = {"type": "label", "labels": ["a", "b"]}
    checklist, scenario = checklist_of(label, {"type": "contains", "value": "x"}, label)
    assert [check.type for check in checklist.of(scenario)] == ["label", "contains", "label"]
    assert checklist.labels() == ("a", "b")
    assert checklist.of("no scenario") == ()


def test_an_answer_is_held_to_the_first_check_that_can_hold_it() -> None:
    label = {"type": "label", "labels": ["a", "b"]}
    checklist, scenario = checklist_of({"type": "contains", "value": "x"}, label)
    assert checklist.constraint(scenario) == Labels(("a", "b"))
    schema = {"type": "object"}
    checklist, scenario = checklist_of({"type": "is-json", "value": schema}, label)
    assert isinstance(checklist.constraint(scenario), JsonSchema)
    assert checklist.constraint("no scenario") is None


def test_a_check_that_can_not_be_made_names_its_scenario() -> None:
    with pytest.raises(InputError) as refusal:
        checklist_of({"type": "label", "labels": ["a"]})
    assert refusal.value.where == "checks of f/b/s"


def planned(cases: Sequence[Case], column: Variant, checklist: Checklist, repeats: int = 1) -> list[Task]:
    """The tasks as they are sent."""
    return [rendered(task, checklist) for task in plan(cases, column, checklist, repeats)]


def test_only_models_that_can_be_held_are_held() -> None:
    checklist, scenario = checklist_of({"type": "label", "labels": ["a", "b"]})
    case = Case(scenario_id=scenario, input={"message": "hello"})
    for spec, held in ((LOCAL, True), (STUB, False), (STUB.model_copy(update={"constrain": True}), True)):
        column = variant()
        [task] = planned([case], type(column)("prompt", "draft", column.body, spec), checklist)
        assert task.request
        assert (task.request.constraint is not None) == held


def test_parameters_of_the_prompt_go_over_those_of_the_model() -> None:
    checklist, scenario = checklist_of()
    column = variant()
    spoken = column.body.model_copy(update={"params": {"temperature": 1, "seed": 7}})
    case = Case(scenario_id=scenario, input={"message": "hello"})
    [task] = planned([case], type(column)("prompt", "draft", spoken, LOCAL), checklist)
    assert task.request and task.request.params == {"temperature": 1, "seed": 7, "max_tokens": 16}


def test_tasks_come_by_case_then_by_repeat() -> None:
    checklist, scenario = checklist_of()
    cases = [Case(scenario_id=scenario, input={"message": message}) for message in "ab"]
    tasks = planned(cases, variant(), checklist, repeats=2)
    assert [(task.case.title, task.repeat, task.request.repeat) for task in tasks if task.request] == [
        ("a", 0, 0),
        ("a", 1, 1),
        ("b", 0, 0),
        ("b", 1, 1),
    ]
    assert len({task.request.key for task in tasks if task.request}) == 4


def test_a_parameter_that_json_can_not_hold_is_a_problem_of_each_case() -> None:
    checklist, scenario = checklist_of()
    column = variant()
    spec = STUB.model_copy(update={"params": {"seed": 2**64}})
    case = Case(scenario_id=scenario, input={"message": "hello"})
    [task] = planned([case], type(column)("prompt", "draft", column.body, spec), checklist)
    assert task.request is None
    assert "JSON" in (task.problem or "")
